import QtQuick
import QtQuick.Layouts
import Duplex

// One setting: its name, a sentence, a button or a control.
RowLayout {
    id: line
    property string title: ""
    property string words: ""
    property string action: ""
    default property alias control: holder.data
    signal acted()
    spacing: 12
    Layout.fillWidth: true
    Layout.minimumHeight: 38
    ColumnLayout {
        spacing: 0
        Layout.fillWidth: true
        Label { role: "denseStrong"; text: line.title; Layout.fillWidth: true }
        Label { role: "small"; dim: true; text: line.words; Layout.fillWidth: true; wrapMode: Text.Wrap }
    }
    RowLayout { id: holder; Layout.alignment: Qt.AlignVCenter | Qt.AlignRight }
    Button { visible: line.action !== ""; size: 32; Layout.alignment: Qt.AlignVCenter; text: line.action; describe: line.title + ": " + line.action; onClicked: line.acted() }
}
