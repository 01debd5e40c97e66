import QtQuick
import QtQuick.Layouts
import Duplex

StepPage {
    id: page
    property int count: 12
    title: qsTr("A new wallet")
    words: qsTr("The password seals the keys on this disk. Without one, anybody at this computer can pay.")
    nextText: busy ? qsTr("Making keys") : qsTr("Make the keys")
    onBack: app.onboarding.go("choose")
    onNext: app.onboarding.create(name.text, password.text, again.text, count)
    Component.onCompleted: name.focusHere()
    Field { id: name; objectName: "walletName"; Layout.fillWidth: true; label: qsTr("Name"); placeholder: qsTr("Everyday"); onAccepted: password.focusHere() }
    RowLayout {
        spacing: 14
        Field { id: password; objectName: "walletPassword"; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; label: qsTr("Password"); secret: true; onEdited: page.app.onboarding.forgetError(); onAccepted: again.focusHere() }
        Field { id: again; objectName: "walletPasswordAgain"; Layout.fillWidth: true; Layout.preferredWidth: 10; Layout.alignment: Qt.AlignTop; label: qsTr("Password again"); secret: true; onEdited: page.app.onboarding.forgetError(); onAccepted: page.next(); error: text !== "" && text !== password.text ? qsTr("Differs from the first") : "" }
    }
    RowLayout {
        spacing: 12
        Label { role: "dense"; text: qsTr("Backup words") }
        Segmented { options: ["12", "24"]; current: page.count === 12 ? 0 : 1; describe: qsTr("Backup words"); onChosen: (index) => page.count = index === 0 ? 12 : 24 }
        Label { role: "small"; dim: true; text: qsTr("12 are enough for almost everybody."); Layout.fillWidth: true }
    }
    Note { visible: password.text === ""; tone: "warn"; text: qsTr("Without a password every page says so. You can set one later in Settings.") }
}
