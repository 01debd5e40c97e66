import QtQuick
import QtQuick.Templates as T
import Duplex

T.ScrollBar {
    id: bar
    implicitWidth: 10
    padding: 2
    visible: size < 1
    minimumSize: 0.08
    contentItem: Rectangle { implicitWidth: 6; radius: 3; color: Theme.lineStrong; opacity: bar.pressed || bar.hovered ? 1 : 0.5 }
}
