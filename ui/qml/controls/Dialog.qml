import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Only for passwords and for what cannot be undone; the safe choice is the primary button.
T.Dialog {
    id: root
    property string safeAction: qsTr("Cancel")
    property string riskyAction: ""
    property bool riskyAllowed: true
    property bool danger: true
    default property alias body: column.data
    property Item opener: null
    signal confirmed()

    function openFrom(item) { opener = item; open() }
    onClosed: if (opener) opener.forceActiveFocus()
    anchors.centerIn: T.Overlay.overlay
    width: 480
    modal: true
    focus: true
    padding: 24
    closePolicy: T.Popup.CloseOnEscape
    implicitHeight: contentItem.implicitHeight + topPadding + bottomPadding
    T.Overlay.modal: Rectangle { color: Qt.rgba(0, 0, 0, Theme.dark ? 0.45 : 0.18) }
    background: Rectangle { radius: 12; color: Theme.raised; border.width: 1; border.color: Theme.lineStrong }
    contentItem: ColumnLayout {
        spacing: 16
        Label { role: "h2"; text: root.title; Layout.fillWidth: true; wrapMode: Text.Wrap }
        ColumnLayout { id: column; spacing: 12; Layout.fillWidth: true }
        RowLayout {
            spacing: 10
            Item { Layout.fillWidth: true }
            Button { kind: root.danger ? "primary" : "secondary"; text: root.safeAction; onClicked: root.close() }
            Button { objectName: "confirm"; visible: root.riskyAction !== ""; kind: root.danger ? "danger" : "primary"; text: root.riskyAction; enabled: root.riskyAllowed; onClicked: root.confirmed() }
        }
    }
}
