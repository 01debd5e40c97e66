import QtQuick
import QtQuick.Layouts
import Duplex

// A sentence or two that matter. tone: plain ok warn bad.
Rectangle {
    id: note
    property string tone: "plain"
    property string symbol: tone === "bad" || tone === "warn" ? "warn" : tone === "ok" ? "check" : "info"
    property string text: ""
    property string action: ""
    signal acted()
    Layout.fillWidth: true
    implicitWidth: 200
    implicitHeight: Math.max(sentence.implicitHeight, 20) + 22
    radius: 8
    color: Theme.toneTint(tone)
    Icon { name: note.symbol; size: 18; color: Theme.tone(note.tone); x: 12; y: 11 }
    Label {
        id: sentence
        x: 40
        y: 11
        width: note.width - 54 - (button.visible ? button.width + 8 : 0)
        role: "dense"
        wrapMode: Text.Wrap
        text: note.text
        Accessible.role: note.tone === "bad" ? Accessible.AlertMessage : Accessible.StaticText
    }
    Button {
        id: button
        objectName: note.objectName + "Action"
        visible: note.action !== ""
        text: note.action
        size: 32
        anchors.right: parent.right
        anchors.rightMargin: 10
        anchors.verticalCenter: parent.verticalCenter
        onClicked: note.acted()
    }
}
