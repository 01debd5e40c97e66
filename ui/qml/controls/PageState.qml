import QtQuick
import QtQuick.Layouts
import Duplex

// Empty page or list: what this is, the cost of starting, one button. Placed by hand in the middle of its width.
Item {
    id: root
    property string symbol: "info"
    property int level: 0
    property string title: ""
    property string text: ""
    property string action: ""
    property string kind: "primary"
    signal acted()
    implicitWidth: 280
    implicitHeight: column.implicitHeight
    Column {
        id: column
        anchors.horizontalCenter: parent.horizontalCenter
        width: Math.min(420, root.width)
        spacing: 10
        Rectangle {
            anchors.horizontalCenter: parent.horizontalCenter
            width: 56
            height: 56
            radius: 14
            color: root.level > 0 ? Theme.layerTint(root.level) : Theme.sunken
            Icon { anchors.centerIn: parent; size: 28; name: root.symbol; color: root.level > 0 ? Theme.layer(root.level) : Theme.text2 }
        }
        Label { anchors.horizontalCenter: parent.horizontalCenter; role: "h2"; text: root.title }
        Label { width: column.width; horizontalAlignment: Text.AlignHCenter; wrapMode: Text.Wrap; role: "dense"; dim: true; text: root.text }
        Button { visible: root.action !== ""; anchors.horizontalCenter: parent.horizontalCenter; kind: root.kind; text: root.action; onClicked: root.acted() }
    }
}
