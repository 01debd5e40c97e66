import QtQuick
import QtQuick.Layouts
import Duplex

// One fact: its name, its value, and how it is known. Placed by hand: it must follow a value that grows.
Item {
    id: row
    property string name: ""
    property string value: ""
    property bool mono: false
    property bool whole: false // a long id or script is written out, over a few lines
    property var badge: null
    property int nameWidth: 120
    property string copyText: ""
    readonly property int indent: Theme.size(nameWidth) + 12
    Layout.fillWidth: true
    implicitWidth: 260
    implicitHeight: Math.max(title.height, content.height, copyText !== "" || badge ? 24 : 0)
    Label { id: title; width: row.indent - 12; y: content.height > height ? 0 : (parent.height - height) / 2; text: row.name; role: "dense"; dim: true; wrapMode: Text.Wrap }
    Label {
        id: content
        x: row.indent
        y: (parent.height - height) / 2
        width: parent.width - row.indent - (copy.visible ? 30 : 0) - (mark.visible ? 30 : 0)
        text: row.value
        role: row.mono ? "monoSmall" : "dense"
        wrapMode: row.whole ? Text.WrapAnywhere : row.mono ? Text.NoWrap : Text.Wrap
        elide: row.whole ? Text.ElideRight : row.mono ? Text.ElideMiddle : Text.ElideNone
        maximumLineCount: row.whole ? 4 : 1000
        Accessible.name: row.name + ": " + row.value
    }
    CopyButton { id: copy; visible: row.copyText !== ""; copied: row.copyText; what: row.name; anchors.verticalCenter: parent.verticalCenter; x: parent.width - width - (mark.visible ? 30 : 0) }
    ProvenanceBadge { id: mark; visible: !!row.badge; badge: row.badge; compact: true; anchors.right: parent.right; anchors.verticalCenter: parent.verticalCenter }
}
