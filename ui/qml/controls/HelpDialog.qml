import QtQuick
import QtQuick.Layouts
import Duplex

Dialog {
    id: dialog
    title: qsTr("Keys")
    danger: false
    safeAction: qsTr("Close")
    Repeater {
        model: [[qsTr("Ctrl+1 to 8"), qsTr("the pages of the rail")], [qsTr("Ctrl+K or /"), qsTr("search")], [qsTr("Ctrl+N, Ctrl+R"), qsTr("send, receive")],
                [qsTr("Ctrl+Enter"), qsTr("final action of the page")], [qsTr("Ctrl+L"), qsTr("lock now")], [qsTr("Ctrl+H"), qsTr("hide amounts")],
                [qsTr("Ctrl+,"), qsTr("settings")], [qsTr("Ctrl+C"), qsTr("copy the id of the row")], [qsTr("Esc"), qsTr("close, back")]]
        RowLayout {
            required property var modelData
            spacing: 12
            Label { role: "monoSmall"; text: modelData[0]; Layout.preferredWidth: 150 }
            Label { role: "dense"; text: modelData[1]; Layout.fillWidth: true }
        }
    }
}
