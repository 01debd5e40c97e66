import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// One row of a dense list: cells in a row layout, a line above, a hover, a click.
T.AbstractButton {
    id: row
    default property alias cells: layout.data
    property bool selected: false
    property string describe: ""
    property string copied: ""
    implicitHeight: Math.max(36, layout.implicitHeight + 10)
    rightPadding: 14 // the scroll bar's
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Keys.onPressed: (event) => { if (event.matches(StandardKey.Copy) && copied !== "") { clipboard.text = copied; clipboard.selectAll(); clipboard.copy(); event.accepted = true } }
    Accessible.role: Accessible.Row
    Accessible.name: describe
    background: Rectangle {
        color: row.selected || row.hovered ? Theme.sunken : "transparent"
        Rectangle { width: parent.width; height: 1; color: Theme.line }
        FocusRing { shown: row.visualFocus; anchors.margins: 0; around: 0 }
    }
    contentItem: RowLayout { id: layout; spacing: 12 }
    TextEdit { id: clipboard; visible: false }
}
