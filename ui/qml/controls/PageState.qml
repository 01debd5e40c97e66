import QtQuick
import QtQuick.Layouts
import Duplex

// Empty page or list: what this is, the cost of starting, one button.
ColumnLayout {
    id: root
    property string symbol: "info"
    property int level: 0
    property string title: ""
    property string text: ""
    property string action: ""
    signal acted()
    spacing: 10
    Rectangle {
        Layout.alignment: Qt.AlignHCenter
        implicitWidth: 56
        implicitHeight: 56
        radius: 14
        color: root.level > 0 ? Theme.layerTint(root.level) : Theme.sunken
        Icon { anchors.centerIn: parent; size: 28; name: root.symbol; color: root.level > 0 ? Theme.layer(root.level) : Theme.text2 }
    }
    Label { Layout.alignment: Qt.AlignHCenter; role: "h2"; text: root.title }
    Label { Layout.fillWidth: true; Layout.maximumWidth: 420; Layout.alignment: Qt.AlignHCenter; horizontalAlignment: Text.AlignHCenter; wrapMode: Text.Wrap; role: "dense"; dim: true; text: root.text }
    Button { visible: root.action !== ""; Layout.alignment: Qt.AlignHCenter; kind: "primary"; text: root.action; onClicked: root.acted() }
}
