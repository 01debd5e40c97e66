import QtQuick
import QtQuick.Layouts
import Duplex

// Cards of equal size beside each other, under each other where the room ends. A positioner: a layout of Qt 6.4 whose
// items go while it is being placed may still ask one that is gone, which ends the program.
Grid {
    id: tiles
    property alias model: items.model
    property alias count: items.count
    default property alias delegate: items.delegate
    property int least: 180 // narrowest tile, at text size 100 %
    readonly property int fitting: Math.max(1, Math.min(items.count, Math.floor((width + spacing) / (Theme.size(least) + spacing))))
    readonly property real cell: (width - spacing * (columns - 1)) / columns
    readonly property real tallest: Array.from(children).reduce((most, tile) => Math.max(most, tile.implicitHeight), 0)
    columns: items.count === 0 ? 1 : Math.ceil(items.count / Math.ceil(items.count / fitting)) // 2 and 2 rather than 3 and 1
    spacing: Theme.stackGap
    Layout.fillWidth: true
    Repeater { id: items }
}
