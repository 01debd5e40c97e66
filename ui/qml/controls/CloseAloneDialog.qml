import QtQuick
import QtQuick.Layouts
import Duplex

// Closing without the partner: it costs more, the money waits, and nothing takes it back. So a name is typed first.
Dialog {
    id: dialog
    property var partner: ({}) // {typed, words}: what to type, and the sentence that asks for it
    property string price: ""
    signal agreed(string typed)
    title: qsTr("Close alone?")
    safeAction: qsTr("Wait for them")
    riskyAction: qsTr("Close alone")
    riskyAllowed: name.text !== "" && same(name.text) === same(partner.typed || "")
    function same(text) { return text.trim().replace(/…/g, "...") } // nobody's keyboard has the one sign
    onOpened: { name.text = ""; name.focusHere() }
    onConfirmed: { agreed(name.text); close() }
    Label { visible: text !== ""; Layout.fillWidth: true; wrapMode: Text.Wrap; text: dialog.price }
    Label { Layout.fillWidth: true; wrapMode: Text.Wrap; role: "dense"; dim: true; text: qsTr("Closing together is cheaper and quicker, if the partner answers.") }
    Field { id: name; objectName: "partnerName"; Layout.fillWidth: true; label: dialog.partner.words || ""; onAccepted: if (dialog.riskyAllowed) dialog.confirmed() }
}
