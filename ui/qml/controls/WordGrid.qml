import QtQuick
import QtQuick.Layouts
import Duplex

// The words of a wallet, numbered. They cannot be selected or copied. A positioner: the words go while it is shown.
Grid {
    id: grid
    property var words: []
    columns: 4
    spacing: 8
    Layout.fillWidth: true
    Repeater {
        model: grid.words
        Rectangle {
            required property string modelData
            required property int index
            width: (grid.width - 3 * grid.spacing) / 4
            height: word.implicitHeight + 18
            radius: 8
            color: Theme.sunken
            Accessible.role: Accessible.StaticText
            Accessible.name: qsTr("Word %1: %2").arg(index + 1).arg(modelData)
            Label { x: 10; anchors.verticalCenter: parent.verticalCenter; role: "small"; faint: true; text: index + 1; Accessible.ignored: true }
            Label { id: word; x: 34; width: parent.width - 40; anchors.verticalCenter: parent.verticalCenter; role: "mono"; text: modelData; Accessible.ignored: true }
        }
    }
}
