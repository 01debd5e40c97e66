import QtQuick
import QtQuick.Layouts
import Duplex

StepPage {
    id: page
    title: qsTr("Write these words on paper")
    words: qsTr("In this order. They bring your money back if this computer breaks. Whoever reads them can take it.")
    backText: ""
    nextText: qsTr("I wrote them down")
    onNext: app.onboarding.go("check")
    WordGrid { objectName: "words"; Layout.fillWidth: true; words: page.app ? page.app.onboarding.words : [] }
    Note { tone: "warn"; text: qsTr("Never type them into a web page or take a picture of them. Channels need the channel backup file as well; Duplex writes it by itself.") }
    Note { visible: page.app !== null && page.app.onboarding.warning !== ""; tone: "plain"; text: page.app ? page.app.onboarding.warning : "" }
}
