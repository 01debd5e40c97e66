import QtQuick
import QtQuick.Templates as T
import Duplex

// One line of the history of both layers.
T.ItemDelegate {
    id: line
    required property string id
    required property string title
    required property string words
    required property string amount
    required property string symbol
    required property int level
    required property string tone
    required property bool gain
    required property string page
    required property string argument
    implicitHeight: Math.max(52, column.implicitHeight + 14)
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Accessible.role: Accessible.ListItem
    Accessible.name: title + ", " + amount + ", " + words
    background: Rectangle { radius: 8; color: line.hovered ? Theme.sunken : "transparent"; FocusRing { shown: line.visualFocus; anchors.margins: 0 } }
    contentItem: Item {
        Rectangle {
            width: 34
            height: 34
            radius: 9
            anchors.verticalCenter: parent.verticalCenter
            color: line.level === 0 ? Theme.sunken : Theme.layerTint(line.level)
            Icon { anchors.centerIn: parent; size: 18; name: line.symbol; stroke: 19; color: line.level === 0 ? Theme.text : Theme.layer(line.level) }
        }
        Column {
            id: column
            x: 44
            width: parent.width - 44
            anchors.verticalCenter: parent.verticalCenter
            spacing: 2
            Item {
                width: parent.width
                height: name.implicitHeight
                Label { id: name; width: parent.width - figure.width - 8; text: line.title; role: "denseStrong" }
                Label { id: figure; anchors.right: parent.right; text: line.amount; role: "denseStrong"; elide: Text.ElideNone; color: line.gain ? Theme.ok : line.tone === "bad" ? Theme.text3 : Theme.text }
            }
            Label { width: parent.width; role: "small"; text: line.words; color: line.tone !== "" ? Theme.tone(line.tone) : Theme.text3 }
        }
    }
}
