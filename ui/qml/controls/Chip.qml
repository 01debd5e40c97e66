import QtQuick
import Duplex

// Status: always icon and word. tone: plain ok warn bad l1 l2.
Rectangle {
    id: chip
    property string text: ""
    property string symbol: ""
    property string tone: "plain"
    implicitWidth: row.implicitWidth + 16
    implicitHeight: Math.max(24, row.implicitHeight + 8)
    radius: height / 2
    color: Theme.toneTint(tone)
    Row {
        id: row
        anchors.centerIn: parent
        spacing: 5
        Icon { visible: chip.symbol !== ""; name: chip.symbol; size: 14; stroke: 20; color: Theme.tone(chip.tone); anchors.verticalCenter: parent.verticalCenter }
        Label { role: "small"; font.weight: Font.Medium; text: chip.text; color: Theme.tone(chip.tone); anchors.verticalCenter: parent.verticalCenter; Accessible.ignored: true }
    }
    Accessible.role: Accessible.StaticText
    Accessible.name: text
}
