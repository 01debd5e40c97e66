import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// Label above, help or error below.
ColumnLayout {
    id: root
    property string label: ""
    property string help: ""
    property string error: ""
    property string unit: ""
    property string symbol: ""
    property bool mono: false
    property bool secret: false
    property bool readOnly: false
    property alias text: input.text
    property alias placeholder: input.placeholderText
    property alias input: input
    signal edited(string text)
    signal accepted()

    spacing: 6
    function focusHere() { input.forceActiveFocus() }

    Label { visible: root.label !== ""; text: root.label; role: "strong" }
    T.TextField {
        id: input
        Layout.fillWidth: true
        implicitHeight: Math.max(44, contentHeight + 20)
        leftPadding: root.symbol === "" ? 14 : 40
        rightPadding: root.unit === "" ? 14 : 18 + unitLabel.implicitWidth
        verticalAlignment: TextInput.AlignVCenter
        selectByMouse: true
        readOnly: root.readOnly
        color: Theme.text
        placeholderTextColor: Theme.text3
        selectionColor: Theme.ink
        selectedTextColor: Theme.inkText
        echoMode: root.secret ? TextInput.Password : TextInput.Normal
        inputMethodHints: root.secret ? Qt.ImhHiddenText | Qt.ImhSensitiveData | Qt.ImhNoPredictiveText : Qt.ImhNoPredictiveText
        font.family: root.mono && text !== "" ? Theme.mono : Theme.sans
        font.pixelSize: Theme.size(root.mono ? 13 : 14)
        Accessible.role: Accessible.EditableText
        Accessible.name: root.label !== "" ? root.label : placeholderText
        Accessible.description: root.error !== "" ? root.error : root.help
        Accessible.passwordEdit: root.secret
        onTextEdited: root.edited(text)
        onAccepted: root.accepted()
        background: Rectangle {
            radius: 8
            color: Theme.dark ? Theme.sunken : Theme.raised
            border.width: input.activeFocus ? 2 : 1
            border.color: root.error !== "" ? Theme.bad : input.activeFocus ? Theme.focus : Theme.lineStrong
        }
        Icon { visible: root.symbol !== ""; name: root.symbol; size: 18; color: Theme.text2; x: 12; anchors.verticalCenter: parent.verticalCenter }
        Label {
            visible: input.text === "" && !input.activeFocus || input.text === "" && input.preeditText === ""
            x: input.leftPadding
            width: input.width - input.leftPadding - input.rightPadding
            anchors.verticalCenter: parent.verticalCenter
            text: input.placeholderText
            faint: true
            Accessible.ignored: true
        }
        Label { id: unitLabel; text: root.unit; role: "small"; dim: true; anchors.right: parent.right; anchors.rightMargin: 14; anchors.verticalCenter: parent.verticalCenter }
    }
    RowLayout {
        visible: root.error !== "" || root.help !== ""
        spacing: 6
        Icon { visible: root.error !== ""; name: "warn"; size: 15; stroke: 20; color: Theme.bad; Layout.alignment: Qt.AlignTop }
        Label {
            Layout.fillWidth: true
            role: "small"
            wrapMode: Text.Wrap
            text: root.error !== "" ? root.error : root.help
            color: root.error !== "" ? Theme.bad : Theme.text3
        }
    }
}
