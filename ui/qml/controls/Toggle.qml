import QtQuick
import QtQuick.Templates as T
import Duplex

T.Switch {
    id: control
    property string describe: ""
    implicitWidth: 44
    implicitHeight: 32
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.CheckBox
    Accessible.name: describe
    Accessible.checked: checked
    Keys.onReturnPressed: { toggle(); toggled() }
    Keys.onEnterPressed: { toggle(); toggled() }
    indicator: Rectangle {
        x: 3
        anchors.verticalCenter: parent.verticalCenter
        width: 38
        height: 22
        radius: 11
        color: control.checked ? Theme.ink : "transparent"
        border.width: 2
        border.color: control.checked ? Theme.ink : Theme.lineStrong
        Rectangle {
            width: 14
            height: 14
            radius: 7
            y: 4
            x: control.checked ? 20 : 4
            color: control.checked ? Theme.inkText : Theme.lineStrong
            Behavior on x { NumberAnimation { duration: Theme.hoverTime; easing.type: Easing.OutQuad } }
        }
        FocusRing { shown: control.visualFocus; around: 11 }
    }
}
