import QtQuick
import QtQuick.Layouts
import QtQuick.Dialogs
import Duplex

StepPage {
    id: page
    title: qsTr("Restore from a backup file")
    words: qsTr("The file holds the sealed keys, your labels and the channel backup.")
    nextText: busy ? qsTr("Restoring") : qsTr("Restore")
    nextAllowed: file.text !== ""
    onBack: app.onboarding.go("restore")
    onNext: app.onboarding.restoreFile(name.text, file.text, password.text)
    RowLayout {
        spacing: 10
        Field { id: file; Layout.fillWidth: true; label: qsTr("File"); mono: true }
        Button { Layout.alignment: Qt.AlignBottom; symbol: "file"; size: 44; text: qsTr("Choose"); onClicked: pick.open() }
    }
    Field { id: name; Layout.fillWidth: true; label: qsTr("Name"); placeholder: qsTr("Everyday") }
    Field { id: password; Layout.fillWidth: true; label: qsTr("Password of the backup"); secret: true; onEdited: page.app.onboarding.forgetError(); onAccepted: if (page.nextAllowed) page.next() }
    FileDialog { id: pick; title: qsTr("Choose a backup file"); onAccepted: file.text = selectedFile.toString() }
}
