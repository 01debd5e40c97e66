import QtQuick
import QtQuick.Layouts
import Duplex

// Title, optional note, optional corner control, content below.
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
    implicitHeight: column.implicitHeight + pad * 2
    Accessible.role: Accessible.Grouping
    Accessible.name: title
    ColumnLayout {
        id: column
        anchors.fill: parent
        anchors.margins: card.pad
        spacing: 12
        RowLayout {
            visible: card.title !== ""
            Layout.fillWidth: true
            spacing: 8
            Label { role: "h2"; text: card.title }
            Label { role: "small"; faint: true; text: card.note; Layout.fillWidth: true; Layout.topMargin: 2 }
            Loader { sourceComponent: card.corner; active: card.corner !== null; visible: active }
        }
        ColumnLayout {
            id: body
            Layout.fillWidth: true
            Layout.fillHeight: true
            spacing: 10
        }
    }
}
