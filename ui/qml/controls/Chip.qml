import QtQuick
import Duplex

// Status: always icon and word, cut at the end where it is given less room. tone: plain ok warn bad l1 l2.
Rectangle {
    id: chip
    property string text: ""
    property string symbol: ""
    property string tone: "plain"
    readonly property int taken: 16 + (symbol !== "" ? 19 : 0) // by the ends and the icon
    implicitWidth: Math.ceil(words.implicitWidth) + taken
    implicitHeight: Math.max(24, row.implicitHeight + 8)
    radius: height / 2
    color: Theme.toneTint(tone)
    Row {
        id: row
        anchors.centerIn: parent
        spacing: 5
        Icon { visible: chip.symbol !== ""; name: chip.symbol; size: 14; stroke: 20; color: Theme.tone(chip.tone); anchors.verticalCenter: parent.verticalCenter }
        Label { id: words; role: "small"; font.weight: Font.Medium; text: chip.text; width: Math.min(Math.ceil(implicitWidth), Math.max(0, chip.width - chip.taken)); color: Theme.tone(chip.tone); anchors.verticalCenter: parent.verticalCenter; Accessible.ignored: true }
    }
    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
