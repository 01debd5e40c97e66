import QtQuick
import Duplex

// Text in one of the type roles.
Text {
    property string role: "body" // display number h1 h2 strong body dense small smallStrong tag mono monoSmall
    property bool dim: false
    property bool faint: false
    readonly property var pixels: ({display: 34, number: 26, h1: 22, h2: 16, strong: 14, body: 14, dense: 13, denseStrong: 13,
                                    small: 12, smallStrong: 12, tag: 11, mono: 13, monoSmall: 12})
    readonly property var bold: ["display", "number", "h1", "h2", "strong", "denseStrong", "smallStrong", "tag"]

    color: faint ? Theme.text3 : dim ? Theme.text2 : Theme.text
    font.family: role.startsWith("mono") ? Theme.mono : ["display", "number", "h1"].includes(role) ? Theme.display : Theme.sans
    font.pixelSize: Theme.size(pixels[role])
    font.weight: bold.includes(role) ? Font.DemiBold : Font.Normal
    elide: wrapMode === Text.NoWrap ? Text.ElideRight : Text.ElideNone
    lineHeight: wrapMode === Text.NoWrap ? 1 : 1.2
    textFormat: Text.PlainText // what peers wrote is never markup
    Accessible.role: ["h1", "h2"].includes(role) ? Accessible.Heading : Accessible.StaticText
    Accessible.name: text
}
