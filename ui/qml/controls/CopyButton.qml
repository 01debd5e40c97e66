import QtQuick
import Duplex

// Copies an id or an amount; secrets have no copy button.
Button {
    id: button
    property string what: ""
    property bool done: false
    kind: "ghost"
    size: 24
    symbol: done ? "check" : "copy"
    describe: done ? qsTr("Copied") : qsTr("Copy %1").arg(what)
    onClicked: { clipboard.text = copied; clipboard.selectAll(); clipboard.copy(); done = true; rest.restart() }
    property string copied: ""
    TextEdit { id: clipboard; visible: false }
    Timer { id: rest; interval: 1500; onTriggered: button.done = false }
}
