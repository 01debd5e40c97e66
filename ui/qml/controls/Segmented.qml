import QtQuick
import QtQuick.Templates as T
import Duplex

// A switch among a few words; arrows move, the choice follows.
Rectangle {
    id: root
    property var options: []
    property var symbols: [] // an icon a word, or none
    property int current: 0
    property int size: 36
    property string describe: ""
    signal chosen(int index)

    implicitHeight: size
    implicitWidth: row.implicitWidth + 6
    radius: 9
    color: Theme.sunken
    border.width: 1
    border.color: Theme.line
    Accessible.role: Accessible.PageTabList
    Accessible.name: describe
    Row {
        id: row
        x: 3
        y: 3
        Repeater {
            id: buttons
            model: root.options
            T.AbstractButton {
                id: option
                required property string modelData
                required property int index
                readonly property bool on: index === root.current
                objectName: root.objectName + index
                text: modelData
                height: root.size - 6
                implicitWidth: words.implicitWidth + 28 + (symbol.visible ? 20 : 0)
                focusPolicy: Qt.StrongFocus
                onClicked: root.chosen(index)
                Keys.onRightPressed: if (index < root.options.length - 1) { buttons.itemAt(index + 1).forceActiveFocus(Qt.TabFocusReason); root.chosen(index + 1) }
                Keys.onLeftPressed: if (index > 0) { buttons.itemAt(index - 1).forceActiveFocus(Qt.TabFocusReason); root.chosen(index - 1) }
                Accessible.role: Accessible.PageTab
                Accessible.name: text
                Accessible.selected: on
                background: Rectangle {
                    radius: 7
                    color: option.on ? Theme.raised : "transparent"
                    border.width: option.on ? 1 : 0
                    border.color: Theme.lineStrong
                    FocusRing { shown: option.visualFocus; around: 7 }
                }
                contentItem: Item {
                    Icon { id: symbol; visible: name !== ""; x: 12; anchors.verticalCenter: parent.verticalCenter; size: 16; stroke: 19; name: root.symbols[option.index] || ""; color: option.on ? Theme.text : Theme.text2 }
                    Label { id: words; anchors.centerIn: parent; anchors.horizontalCenterOffset: symbol.visible ? 10 : 0; role: option.on ? "denseStrong" : "dense"; text: option.text; dim: !option.on; Accessible.ignored: true }
                }
            }
        }
    }
}
