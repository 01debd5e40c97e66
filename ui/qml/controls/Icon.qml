import QtQuick
import Duplex

// A line icon of resources/icons in a colour of the theme.
Image {
    property string name: "info"
    property color color: Theme.text
    property int size: 20
    property int stroke: 16 // tenths of a unit

    width: size
    height: size
    sourceSize: Qt.size(size, size)
    source: name === "" ? "" : "image://icon/" + name + "/" + Theme.hex(color) + "/" + stroke
    Accessible.ignored: true
}
