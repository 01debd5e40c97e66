import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Search, network, theme, lock.
Item {
    id: bar
    property QtObject status: null
    property bool dark: false
    signal searched()
    signal themeToggled()
    signal lockToggled()
    signal passwordWanted()
    implicitHeight: 60
    Accessible.role: Accessible.ToolBar
    Accessible.name: qsTr("Tools")
    T.AbstractButton {
        id: search
        x: Theme.pageMargin
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(480, parent.width - right.width - 3 * Theme.pageMargin)
        height: 36
        focusPolicy: Qt.StrongFocus
        onClicked: bar.searched()
        Keys.onReturnPressed: clicked()
        Keys.onEnterPressed: clicked()
        Accessible.role: Accessible.Button
        Accessible.name: qsTr("Search")
        background: Rectangle { radius: 8; color: Theme.surface; border.width: 1; border.color: Theme.line; FocusRing { shown: search.visualFocus } }
        contentItem: Item {
            Icon { name: "search"; size: 16; x: 12; anchors.verticalCenter: parent.verticalCenter; color: Theme.text3 }
            Label { x: 36; width: parent.width - 36 - 66; anchors.verticalCenter: parent.verticalCenter; text: qsTr("Find a payment, address, block, channel or node"); faint: true; role: "dense"; Accessible.ignored: true }
            Rectangle {
                anchors.right: parent.right
                anchors.rightMargin: 8
                anchors.verticalCenter: parent.verticalCenter
                width: key.implicitWidth + 12
                height: 20
                radius: 4
                color: Theme.sunken
                Label { id: key; anchors.centerIn: parent; role: "tag"; font.weight: Font.Normal; faint: true; text: qsTr("Ctrl K"); Accessible.ignored: true }
            }
        }
    }
    Row {
        id: right
        anchors.right: parent.right
        anchors.rightMargin: Theme.pageMargin
        anchors.verticalCenter: parent.verticalCenter
        spacing: 8
        T.AbstractButton {
            id: open
            objectName: "noPassword"
            visible: bar.status !== null && bar.status.wallet !== "none" && bar.status.wallet !== "" && !bar.status.hasPassword
            implicitWidth: contentItem.implicitWidth
            implicitHeight: contentItem.implicitHeight
            anchors.verticalCenter: parent.verticalCenter
            focusPolicy: Qt.StrongFocus
            onClicked: bar.passwordWanted()
            Keys.onReturnPressed: clicked()
            Keys.onEnterPressed: clicked()
            Accessible.role: Accessible.Button
            Accessible.name: qsTr("Not protected by a password: open Settings")
            contentItem: Chip { symbol: "warn"; tone: "warn"; text: qsTr("Not protected by a password"); Accessible.ignored: true }
            FocusRing { shown: open.visualFocus; around: 12 }
        }
        Chip { symbol: bar.status && bar.status.synced ? "check" : "clock"; tone: bar.status && bar.status.synced ? "ok" : "warn"; text: bar.status ? bar.status.synced ? qsTr("Up to date") : bar.status.stageWords : ""; visible: text !== ""; anchors.verticalCenter: parent.verticalCenter }
        Chip { symbol: "globe"; text: bar.status ? bar.status.networkWords : ""; anchors.verticalCenter: parent.verticalCenter }
        Button { kind: "ghost"; symbol: "sun"; size: 36; describe: bar.dark ? qsTr("Light theme") : qsTr("Dark theme"); onClicked: bar.themeToggled() }
        Button { objectName: "lock"; visible: bar.status !== null && bar.status.wallet !== "none" && bar.status.hasPassword; kind: "ghost"; symbol: bar.status && bar.status.wallet === "locked" ? "key" : "lock"; size: 36; describe: bar.status && bar.status.wallet === "locked" ? qsTr("Unlock") : qsTr("Lock now"); onClicked: bar.lockToggled() }
    }
}
