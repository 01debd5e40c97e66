import QtQuick
import QtQuick.Layouts
import Duplex

Dialog {
    id: dialog
    property QtObject lock: null
    title: qsTr("Unlock the wallet")
    danger: false
    riskyAction: lock && lock.busy ? qsTr("Unlocking") : qsTr("Unlock")
    riskyAllowed: password.text !== "" && lock !== null && !lock.busy
    onOpened: { password.text = ""; password.focusHere() }
    onClosed: password.text = ""
    onConfirmed: lock.unlock(password.text)
    Label { Layout.fillWidth: true; wrapMode: Text.Wrap; dim: true; text: qsTr("Until then Duplex checks blocks and watches your channels, but pays nothing.") }
    Field { id: password; objectName: "password"; Layout.fillWidth: true; label: qsTr("Password"); secret: true; error: dialog.lock ? dialog.lock.error : ""; onAccepted: dialog.confirmed() }
}
