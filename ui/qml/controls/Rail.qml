import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// The left rail: the pair of layers and its wallet, the pages, one status line per layer.
Rectangle {
    id: rail
    property QtObject status: null
    property string page: "home"
    property bool keys: true // false: somebody looks around without a wallet
    signal chosen(string page)
    signal walletWanted()
    color: Theme.rail
    implicitWidth: Theme.railWidth
    Accessible.role: Accessible.Pane
    Accessible.name: qsTr("Pages")

    component Entry: T.AbstractButton {
        id: entry
        property string page
        objectName: "rail-" + page
        property string symbol
        property int level: 0
        property string key: ""
        readonly property bool on: rail.page === page
        Layout.fillWidth: true
        implicitHeight: Math.max(38, words.implicitHeight + 14)
        focusPolicy: Qt.StrongFocus
        hoverEnabled: true
        onClicked: rail.chosen(page)
        Keys.onReturnPressed: clicked()
        Keys.onEnterPressed: clicked()
        Accessible.role: Accessible.PageTab
        Accessible.name: text
        Accessible.selected: on
        background: Rectangle {
            radius: 8
            color: entry.on ? Theme.surface : entry.hovered ? Theme.sunken : "transparent"
            border.width: entry.on ? 1 : 0
            border.color: Theme.line
            FocusRing { shown: entry.visualFocus; anchors.margins: 0 }
        }
        contentItem: Item {
            Icon { name: entry.symbol; size: 18; x: 10; anchors.verticalCenter: parent.verticalCenter; color: entry.on ? Theme.text : Theme.text2; stroke: entry.on ? 20 : 16 }
            Label { id: words; x: 38; width: parent.width - 42 - (tag.visible ? 36 : 0); anchors.verticalCenter: parent.verticalCenter; text: entry.text; font.weight: entry.on ? Font.DemiBold : Font.Medium; dim: !entry.on; Accessible.ignored: true }
            LayerTag { id: tag; visible: entry.level > 0; level: Math.max(1, entry.level); anchors.right: parent.right; anchors.rightMargin: 8; anchors.verticalCenter: parent.verticalCenter }
        }
    }
    component Group: Label { role: "tag"; faint: true; leftPadding: 10; topPadding: 12; bottomPadding: 6 }

    Rectangle { anchors.right: parent.right; width: 1; height: parent.height; color: Theme.line }
    ColumnLayout {
        anchors.fill: parent
        anchors.margins: 12
        anchors.topMargin: 14
        spacing: 2
        RowLayout {
            spacing: 10
            Layout.leftMargin: 6
            Layout.bottomMargin: 12
            Icon { name: "logo"; size: 28 }
            Label { text: "Duplex"; role: "h1"; font.pixelSize: Theme.size(19) }
        }
        Rectangle {
            Layout.fillWidth: true
            Layout.bottomMargin: 4
            implicitHeight: pair.implicitHeight + 14
            radius: 9
            color: Theme.surface
            border.width: 1
            border.color: Theme.line
            Rectangle { x: 10; y: 9; width: 12; height: 12; radius: 3; color: Theme.l2Fill }
            Rectangle { x: 10; y: 23; width: 12; height: 12; radius: 3; color: Theme.l1Fill }
            Column {
                id: pair
                x: 32
                width: parent.width - 40
                anchors.verticalCenter: parent.verticalCenter
                spacing: 1
                Label { width: parent.width; text: rail.status ? rail.status.pairName : ""; role: "denseStrong" }
                Label { width: parent.width; role: "tag"; font.weight: Font.Normal; dim: true; text: rail.status && rail.status.walletName !== "" ? qsTr("Wallet “%1”").arg(rail.status.walletName) : qsTr("No wallet") }
            }
        }
        Group { text: qsTr("Money"); visible: rail.keys }
        Entry { page: "home"; symbol: "home"; text: qsTr("Home"); visible: rail.keys }
        Entry { page: "send"; symbol: "send"; text: qsTr("Send"); visible: rail.keys }
        Entry { page: "receive"; symbol: "receive"; text: qsTr("Receive"); visible: rail.keys }
        Entry { page: "move"; symbol: "move"; text: qsTr("Move"); visible: rail.keys }
        Entry { page: "channels"; symbol: "channels"; text: qsTr("Channels"); visible: rail.keys }
        Button { objectName: "addWallet"; visible: !rail.keys; Layout.fillWidth: true; Layout.topMargin: 8; symbol: "plus"; text: qsTr("Add a wallet"); onClicked: rail.walletWanted() }
        Group { text: qsTr("Explore") }
        Entry { page: "blocks"; symbol: "blocks"; text: qsTr("Blocks"); level: 1 }
        Entry { page: "network"; symbol: "graph"; text: qsTr("Nodes"); level: 2 }
        Entry { page: "layers"; symbol: "layers"; text: qsTr("Compare layers") }
        Item { Layout.fillHeight: true }
        Entry { page: "settings"; symbol: "settings"; text: qsTr("Settings") }
        Rule { Layout.topMargin: 6; Layout.bottomMargin: 8 }
        RowLayout {
            spacing: 8
            Layout.leftMargin: 8
            LayerTag { level: 2 }
            Label { role: "small"; dim: true; text: rail.status ? rail.status.upperLine : ""; Layout.fillWidth: true }
        }
        RowLayout {
            spacing: 8
            Layout.leftMargin: 8
            Layout.topMargin: 4
            LayerTag { level: 1 }
            Label { role: "small"; dim: true; text: rail.status ? rail.status.groundLine : ""; Layout.fillWidth: true }
        }
    }
}
