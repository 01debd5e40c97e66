import QtQuick
import QtQuick.Layouts
import Duplex

// Nothing for 300 ms, then grey shapes of the final layout; never a spinner.
ColumnLayout {
    id: root
    property int rows: 3
    property string text: ""
    spacing: 14
    property bool active: false
    property bool due: false
    visible: active && due
    onActiveChanged: due = false
    Timer { interval: 300; running: root.active; onTriggered: root.due = true }
    Accessible.role: Accessible.StaticText
    Accessible.name: text !== "" ? text : qsTr("Loading")
    Repeater {
        model: root.rows
        RowLayout {
            spacing: 12
            Rectangle { implicitWidth: 34; implicitHeight: 34; radius: 9; color: Theme.sunken }
            ColumnLayout {
                spacing: 6
                Rectangle { implicitWidth: 170; implicitHeight: 12; radius: 4; color: Theme.line }
                Rectangle { implicitWidth: 110; implicitHeight: 10; radius: 4; color: Theme.sunken }
            }
            Item { Layout.fillWidth: true }
            Rectangle { implicitWidth: 60; implicitHeight: 12; radius: 4; color: Theme.line }
        }
    }
    Label { visible: root.text !== ""; role: "dense"; text: root.text }
}
