import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// One way to start.
T.AbstractButton {
    id: card
    property string symbol: ""
    property string title: ""
    property string words: ""
    property string tag: ""
    property bool first: false
    Layout.fillWidth: true
    implicitHeight: Math.max(92, texts.implicitHeight + 32)
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Accessible.role: Accessible.Button
    Accessible.name: title
    Accessible.description: words
    background: Rectangle {
        radius: Theme.cardRadius
        color: card.hovered ? Theme.sunken : Theme.surface
        border.width: card.first ? 2 : 1
        border.color: card.first ? Theme.ink : Theme.line
        FocusRing { shown: card.visualFocus; around: 12 }
    }
    contentItem: Item {
        Rectangle {
            x: 20
            width: 48
            height: 48
            radius: 12
            anchors.verticalCenter: parent.verticalCenter
            color: card.first ? Theme.ink : Theme.sunken
            Icon { anchors.centerIn: parent; size: 24; name: card.symbol; color: card.first ? Theme.inkText : Theme.text }
        }
        Column {
            id: texts
            x: 88
            width: parent.width - 140
            anchors.verticalCenter: parent.verticalCenter
            spacing: 4
            Row {
                spacing: 10
                Label { role: "h2"; text: card.title; anchors.verticalCenter: parent.verticalCenter }
                Chip { visible: card.tag !== ""; text: card.tag; anchors.verticalCenter: parent.verticalCenter }
            }
            Label { width: parent.width; wrapMode: Text.Wrap; dim: true; role: "dense"; text: card.words }
        }
        Icon { name: "right"; size: 18; color: Theme.text3; anchors.right: parent.right; anchors.rightMargin: 18; anchors.verticalCenter: parent.verticalCenter }
    }
}
