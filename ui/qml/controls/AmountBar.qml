import QtQuick
import Duplex
import Duplex.Pictures

// Solid = yours now, hatched = on its way, grey = locked, pale = theirs. Always beside a written legend.
AmountBarItem {
    property int level: 1
    property string describe: ""
    implicitHeight: 12
    implicitWidth: 100
    solid: Theme.layerFill(level)
    moving: Theme.warn
    locked: Theme.lineStrong
    pale: Theme.theirs
    track: Theme.sunken
    Accessible.role: Accessible.Graphic
    Accessible.name: describe
}
