import QtQuick
import QtQuick.Templates as T
import Duplex

// One layer as a way to pay: fee, time, finality.
T.AbstractButton {
    id: way
    required property int level
    required property string name
    required property string fee
    required property string share
    required property string time
    required property string finality
    required property bool best
    required property string problem
    required property bool selected
    signal chosen(int level)
    implicitHeight: body.implicitHeight + 28
    focusPolicy: Qt.StrongFocus
    onClicked: chosen(level)
    Keys.onReturnPressed: clicked()
    Keys.onEnterPressed: clicked()
    Accessible.role: Accessible.RadioButton
    Accessible.name: problem !== "" ? name + ", " + problem : qsTr("%1, fee %2, %3").arg(name).arg(fee).arg(time)
    Accessible.checked: selected
    background: Rectangle {
        radius: Theme.cardRadius
        color: way.selected ? Theme.layerTint(way.level) : Theme.surface
        border.width: way.selected ? 2 : 1
        border.color: way.selected ? Theme.layer(way.level) : Theme.line
        FocusRing { shown: way.visualFocus; around: 12 }
    }
    contentItem: Item {
        RadioDot { x: 16; y: 17; on: way.selected; ink: Theme.layer(way.level) }
        Column {
            id: body
            x: 44
            y: 14
            width: parent.width - 56
            spacing: 10
            Item {
                width: parent.width
                height: Math.max(24, title.implicitHeight)
                Row {
                    id: title
                    spacing: 8
                    LayerTag { level: way.level; solid: way.selected; anchors.verticalCenter: parent.verticalCenter }
                    Label { role: "h2"; text: way.name; anchors.verticalCenter: parent.verticalCenter }
                }
                Chip { visible: way.best; anchors.right: parent.right; tone: "ok"; symbol: "check"; text: qsTr("Cheaper") }
            }
            Label { visible: way.problem !== ""; width: parent.width; role: "small"; color: Theme.warn; wrapMode: Text.Wrap; text: way.problem }
            Row {
                visible: way.problem === ""
                spacing: 28
                Column {
                    Label { role: "small"; dim: true; text: qsTr("Fee, about") }
                    Label { role: "h2"; text: way.fee }
                    Label { role: "small"; dim: true; text: way.share }
                }
                Column {
                    Label { role: "small"; dim: true; text: qsTr("Arrives in") }
                    Label { role: "h2"; text: way.time }
                    Label { role: "small"; dim: true; text: way.finality }
                }
            }
        }
    }
}
