import QtQuick
import QtQuick.Layouts
import Duplex

// One step of the start: title, a sentence, the content, back and forward. A positioner around one layout, as in Card.
FocusScope {
    id: step
    property QtObject app: null
    property string title: ""
    property string words: ""
    property string backText: qsTr("Back")
    property string nextText: qsTr("Continue")
    property bool nextAllowed: true
    readonly property bool busy: app !== null && app.onboarding.busy
    default property alias content: body.data
    signal back()
    signal next()
    implicitHeight: column.implicitHeight
    Keys.onEscapePressed: back()
    Column {
        id: column
        width: parent.width
        spacing: 14
        Label { width: parent.width; role: "h1"; font.pixelSize: Theme.size(26); text: step.title; wrapMode: Text.Wrap }
        Label { width: parent.width; dim: true; text: step.words; wrapMode: Text.Wrap; bottomPadding: 6 }
        ColumnLayout { id: body; width: parent.width; spacing: 14 }
        Note { width: parent.width; visible: step.app !== null && step.app.onboarding.error !== ""; tone: "bad"; text: step.app ? step.app.onboarding.error : "" }
        RowLayout {
            width: parent.width
            spacing: 10
            Button { visible: step.backText !== ""; text: step.backText; enabled: !step.busy; onClicked: step.back() }
            Item { Layout.fillWidth: true }
            Button { objectName: "next"; focus: true; kind: "primary"; size: 46; text: step.nextText; enabled: step.nextAllowed && !step.busy; busy: step.busy; onClicked: step.next() }
        }
    }
}
