import QtQuick
import QtQuick.Layouts
import Duplex

StepPage {
    id: page
    title: qsTr("Restore a wallet")
    words: qsTr("Type the 12 or 24 words in their order. Duplex then looks through the blocks for your coins.")
    nextText: busy ? qsTr("Restoring") : qsTr("Restore")
    onBack: app.onboarding.go("choose")
    onNext: app.onboarding.restore(name.text, mnemonic.text, extra.text, password.text, again.text, year.text)
    Component.onCompleted: mnemonic.focusHere()
    Field { id: mnemonic; objectName: "mnemonic"; Layout.fillWidth: true; label: qsTr("Words"); mono: true; placeholder: qsTr("Separated by spaces"); onEdited: page.app.onboarding.forgetError(); onAccepted: name.focusHere() }
    RowLayout {
        spacing: 14
        Field { id: name; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; label: qsTr("Name"); placeholder: qsTr("Everyday"); onAccepted: year.focusHere() }
        Field { id: year; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; label: qsTr("First used in the year"); help: qsTr("Empty: looks through everything, takes longer."); onAccepted: extra.focusHere() }
        Field { id: extra; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; label: qsTr("Extra word, if any"); secret: true; help: qsTr("Also called passphrase."); onAccepted: password.focusHere() }
    }
    RowLayout {
        spacing: 14
        Field { id: password; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; label: qsTr("New password"); secret: true; onEdited: page.app.onboarding.forgetError(); onAccepted: again.focusHere() }
        Field { id: again; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; objectName: "newPasswordAgain"; label: qsTr("New password again"); secret: true; onEdited: page.app.onboarding.forgetError(); onAccepted: page.next(); error: text !== "" && text !== password.text ? qsTr("Differs from the first") : "" }
    }
    Note { objectName: "noPasswordNote"; visible: password.text === ""; tone: "warn"; text: qsTr("Without a password every page says so. You can set one later in Settings.") }
    Button { kind: "ghost"; symbol: "file"; text: qsTr("I have a backup file"); onClicked: page.app.onboarding.go("file") }
}
