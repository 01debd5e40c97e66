import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Inputs or outputs of a payment.
Card {
    id: card
    property var coins: []
    spacing: 0
    ListView {
        id: list
        Layout.fillWidth: true
        implicitHeight: Math.min(contentHeight, 330)
        clip: true
        model: card.coins
        boundsBehavior: Flickable.StopAtBounds
        Accessible.role: Accessible.List
        Accessible.name: card.title
        T.ScrollBar.vertical: ScrollLine { }
        delegate: Item {
            id: coin
            required property var modelData
            width: list.width
            height: words.implicitHeight + 16
            Accessible.role: Accessible.ListItem
            Accessible.name: modelData.title + ", " + modelData.amount
            Rectangle { width: parent.width; height: 1; color: Theme.line }
            Column {
                id: words
                y: 8
                width: parent.width - figure.width - 12
                spacing: 2
                Label { width: parent.width; role: "monoSmall"; text: coin.modelData.title; font.weight: coin.modelData.ours ? Font.DemiBold : Font.Normal }
                Label { visible: text !== ""; width: parent.width; role: "small"; faint: true; text: coin.modelData.note }
            }
            Label { id: figure; anchors.right: parent.right; anchors.rightMargin: 12; y: 8; role: "monoSmall"; elide: Text.ElideNone; text: coin.modelData.amount; color: coin.modelData.ours ? Theme.l1 : Theme.text }
        }
    }
}
