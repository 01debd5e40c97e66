import QtQuick
import QtQuick.Templates as T
import Duplex

// kind: primary, secondary, ghost, danger; level 1 or 2 gives the colours of a layer (up and down).
T.Button {
    id: control
    property string kind: "secondary"
    property string symbol: ""
    property int level: 0
    property int size: 40
    property bool busy: false
    property string describe: text
    readonly property color ink: kind === "primary" ? Theme.inkText : kind === "danger" ? Theme.bad : level > 0 ? Theme.layer(level) : Theme.text

    implicitHeight: Math.max(size, words.visible ? words.implicitHeight + 12 : 0)
    implicitWidth: Math.max(size, content.implicitWidth + leftPadding + rightPadding)
    leftPadding: text === "" ? 3 : size < 36 ? 12 : 16
    rightPadding: leftPadding
    enabled: !busy
    opacity: enabled || busy ? 1 : 0.45
    focusPolicy: Qt.StrongFocus
    hoverEnabled: true
    Keys.onReturnPressed: if (enabled) clicked()
    Keys.onEnterPressed: if (enabled) clicked()
    Accessible.role: Accessible.Button
    Accessible.name: describe
    Accessible.onPressAction: clicked()

    background: Rectangle {
        radius: 8
        color: control.kind === "primary" ? Theme.ink
             : control.level > 0 ? Theme.layerTint(control.level)
             : control.hovered || control.pressed ? Theme.sunken
             : control.kind === "ghost" ? "transparent" : Theme.raised
        opacity: control.pressed && control.kind === "primary" ? 0.85 : 1
        border.width: control.kind === "primary" || control.kind === "ghost" ? 0 : 1
        border.color: control.kind === "danger" ? Theme.bad : control.level > 0 ? Theme.layer(control.level) : Theme.lineStrong
        FocusRing { shown: control.visualFocus }
    }
    contentItem: Item {
        implicitWidth: content.implicitWidth
        implicitHeight: content.implicitHeight
        Row {
            id: content
            anchors.centerIn: parent
            spacing: 8
            Icon { visible: control.symbol !== ""; name: control.symbol; size: control.size < 28 ? 15 : 18; stroke: 18; color: control.ink; anchors.verticalCenter: parent.verticalCenter }
            Label {
                id: words
                visible: control.text !== ""
                text: control.text
                color: control.ink
                role: control.size < 36 ? "denseStrong" : "strong"
                anchors.verticalCenter: parent.verticalCenter
                Accessible.ignored: true
            }
        }
    }
}
