import QtQuick
import QtQuick.Layouts
import Duplex

// One setting: its name, a sentence, a button or a control. Placed by hand: it must follow a text that wraps.
Item {
    id: line
    property string title: ""
    property string words: ""
    property string action: ""
    default property alias control: holder.data
    signal acted()
    Layout.fillWidth: true
    implicitHeight: Math.max(38, texts.implicitHeight, holder.height)
    Column {
        id: texts
        width: parent.width - holder.width - 12
        anchors.verticalCenter: parent.verticalCenter
        Label { width: parent.width; role: "denseStrong"; text: line.title }
        Label { width: parent.width; role: "small"; dim: true; text: line.words; wrapMode: Text.Wrap }
    }
    Row {
        id: holder
        anchors.right: parent.right
        anchors.verticalCenter: parent.verticalCenter
        Button { objectName: line.objectName + "Action"; visible: line.action !== ""; size: 32; text: line.action; describe: line.title + ": " + line.action; onClicked: line.acted() }
    }
}
