import QtQuick
import QtQuick.Layouts
import Duplex

// Title, optional note, optional corner control, content below. Head and body are placed by hand: a layout inside a
// layout misses heights that change with the width (Qt 6.4).
Rectangle {
    id: card
    default property alias content: body.data
    property string title: ""
    property string note: ""
    property int pad: 18
    property alias spacing: body.spacing
    property Component corner: null
    color: Theme.surface
    radius: Theme.cardRadius
    border.width: 1
    border.color: Theme.line
    implicitWidth: 300
    implicitHeight: body.y + body.implicitHeight + pad
    Accessible.role: Accessible.Grouping
    Accessible.name: title
    RowLayout {
        id: head
        visible: card.title !== ""
        x: card.pad
        y: card.pad
        width: card.width - 2 * card.pad
        height: implicitHeight
        spacing: 8
        Label { role: "h2"; text: card.title }
        Label { role: "small"; faint: true; text: card.note; Layout.fillWidth: true; Layout.topMargin: 2 }
        Loader { sourceComponent: card.corner; active: card.corner !== null; visible: active }
    }
    ColumnLayout {
        id: body
        x: card.pad
        y: card.pad + (head.visible ? head.height + 12 : 0)
        width: card.width - 2 * card.pad
        height: card.height - y - card.pad
        spacing: 10
    }
}
