pragma Singleton
import QtQuick

// Tokens of the design: colours, type, spacing, motion. tst_theme recomputes the contrasts from here.
QtObject {
    property bool dark: false
    property bool reduceMotion: false
    property real fontScale: 1

    readonly property color bg: dark ? "#14161A" : "#F5F3EF"
    readonly property color rail: dark ? "#0F1114" : "#ECE8E1"
    readonly property color surface: dark ? "#1C1F25" : "#FFFFFF"
    readonly property color sunken: dark ? "#15181D" : "#F3F0EB"
    readonly property color raised: dark ? "#262A32" : "#FFFFFF"
    readonly property color line: dark ? "#2E333C" : "#E0DBD2"
    readonly property color lineStrong: dark ? "#6F7785" : "#8B867C"
    readonly property color text: dark ? "#F1EFEA" : "#1A1C20"
    readonly property color text2: dark ? "#B4B8C0" : "#51555D"
    readonly property color text3: dark ? "#9298A3" : "#616670"
    readonly property color ink: dark ? "#F1EFEA" : "#1F2228"
    readonly property color inkText: dark ? "#14161A" : "#FFFFFF"
    readonly property color l1: dark ? "#F0A35E" : "#A34A0A"
    readonly property color l1Fill: dark ? "#D9803A" : "#CE6A1F"
    readonly property color l1Tint: dark ? "#2E2318" : "#FBEFE3"
    readonly property color l2: dark ? "#A6ACFF" : "#4446C4"
    readonly property color l2Fill: dark ? "#7F86F2" : "#5B5FE0"
    readonly property color l2Tint: dark ? "#21233D" : "#EDEEFD"
    readonly property color theirs: dark ? "#343A66" : "#CFD2FA"
    readonly property color ok: dark ? "#6FD09A" : "#1A6B42"
    readonly property color okTint: dark ? "#17291F" : "#E3F3EA"
    readonly property color warn: dark ? "#EBCB5B" : "#705300"
    readonly property color warnTint: dark ? "#2D2813" : "#FBF2CF"
    readonly property color bad: dark ? "#FF9389" : "#AF2318"
    readonly property color badTint: dark ? "#341B19" : "#FCE8E5"
    readonly property color focus: dark ? "#8FC7FF" : "#0B63C5"

    readonly property string sans: "Inter"
    readonly property string display: "Inter Display"
    readonly property string mono: "JetBrains Mono"

    readonly property int hoverTime: reduceMotion ? 0 : 120
    readonly property int panelTime: reduceMotion ? 0 : 180

    readonly property int railWidth: Math.round(208 * Math.min(fontScale, 1.5))
    readonly property int pageMargin: 24
    readonly property int bottomMargin: 20
    readonly property int cardRadius: 12
    readonly property int stackGap: 14
    readonly property int columnGap: 20
    readonly property int widestContent: 1320
    readonly property int sideColumnFrom: 1180 // below this window width the right column goes under the left one

    function layer(level) { return level === 1 ? l1 : l2 }
    function layerFill(level) { return level === 1 ? l1Fill : l2Fill }
    function layerTint(level) { return level === 1 ? l1Tint : l2Tint }
    function tone(name) {
        return ({ok: ok, warn: warn, bad: bad, l1: l1, l2: l2})[name] || text2
    }
    function toneTint(name) {
        return ({ok: okTint, warn: warnTint, bad: badTint, l1: l1Tint, l2: l2Tint})[name] || sunken
    }
    function hex(color) { return color.toString().slice(-6) }
    function size(pixels) { return Math.round(pixels * fontScale) }
    function column(pixels) { return Math.round(pixels * Math.min(fontScale, 1.4)) } // of a table: as far as the window has room
}
