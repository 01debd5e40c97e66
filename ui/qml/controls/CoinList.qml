import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Inputs or outputs of a payment. A coin opens to what the payment says about it word for word.
Card {
    id: card
    property var coins: []
    property int opened: -1
    signal followed(string txid)
    spacing: 0
    onCoinsChanged: if (opened >= coins.length) opened = -1
    Column {
        id: list
        objectName: card.objectName + "List"
        Layout.fillWidth: true
        Accessible.role: Accessible.List
        Accessible.name: card.title
        Repeater {
            model: Math.min(card.coins.length, most.shown)
            Column {
                id: coin
                required property int index
                readonly property var facts: card.coins[index] || ({})
                readonly property bool open: card.opened === index
                width: list.width
                T.AbstractButton {
                    id: line
                    objectName: card.objectName + coin.index
                    width: parent.width
                    implicitHeight: words.implicitHeight + 16
                    focusPolicy: Qt.StrongFocus
                    hoverEnabled: true
                    onClicked: card.opened = coin.open ? -1 : coin.index
                    Keys.onReturnPressed: clicked()
                    Keys.onEnterPressed: clicked()
                    Accessible.role: Accessible.ListItem
                    Accessible.name: (coin.facts.title || "") + ", " + (coin.facts.amount || "") + ", " + (coin.open ? qsTr("opened") : qsTr("closed"))
                    background: Rectangle {
                        color: line.hovered ? Theme.sunken : "transparent"
                        Rectangle { width: parent.width; height: 1; color: Theme.line }
                        FocusRing { shown: line.visualFocus; anchors.margins: 0; around: 0 }
                    }
                    contentItem: Item {
                        Icon { id: sign; y: 10; name: "chev"; rotation: coin.open ? 180 : 0; size: 14; color: Theme.text3 }
                        Column {
                            id: words
                            x: 22
                            y: 8
                            width: parent.width - x - figure.width - 12
                            spacing: 2
                            Label { width: parent.width; role: "monoSmall"; text: coin.facts.title || ""; font.weight: coin.facts.ours ? Font.DemiBold : Font.Normal }
                            Label { visible: text !== ""; width: parent.width; role: "small"; faint: true; text: coin.facts.note || "" }
                        }
                        Label { id: figure; anchors.right: parent.right; anchors.rightMargin: 12; y: 8; role: "monoSmall"; elide: Text.ElideNone; text: coin.facts.amount || ""; color: coin.facts.ours ? Theme.l1 : Theme.text }
                    }
                }
                Column {
                    visible: coin.open
                    x: 22
                    width: parent.width - 22
                    spacing: 4
                    bottomPadding: 10
                    FactList { width: parent.width; model: coin.open ? coin.facts.details || [] : []; spacing: 4; nameWidth: 110 }
                    Button { objectName: card.objectName + "Before"; visible: !!coin.facts.previous; size: 32; symbol: "left"; text: qsTr("Open the payment before"); onClicked: card.followed(coin.facts.previous) }
                }
            }
        }
        Button { id: most; property int shown: 20; visible: card.coins.length > shown; kind: "ghost"; size: 32; text: qsTr("Show more of the %1").arg(card.coins.length); onClicked: shown += 200 }
    }
}
