import QtQuick
import QtQuick.Layouts
import Duplex

Rectangle {
    implicitHeight: 1
    Layout.fillWidth: true
    color: Theme.line
    Accessible.ignored: true
}
