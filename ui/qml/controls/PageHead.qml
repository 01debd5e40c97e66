import QtQuick
import QtQuick.Layouts
import Duplex

// Title, an optional tag of its layer, a sentence, controls at the right.
RowLayout {
    id: head
    property string title: ""
    property string words: ""
    property int level: 0
    property bool back: false
    default property alias actions: row.data
    signal goBack()
    spacing: 12
    Layout.fillWidth: true
    Button { visible: head.back; kind: "ghost"; symbol: "left"; size: 36; describe: qsTr("Back"); onClicked: head.goBack() }
    Label { role: "h1"; text: head.title; Layout.fillWidth: true; Layout.maximumWidth: Math.ceil(implicitWidth); Layout.minimumWidth: Math.min(implicitWidth, Theme.size(120)) }
    LayerTag { visible: head.level > 0; level: Math.max(1, head.level) }
    Label { text: head.words; dim: true; Layout.fillWidth: true; Layout.preferredWidth: head.words === "" ? 0 : implicitWidth }
    RowLayout { id: row; spacing: 10 }
}
