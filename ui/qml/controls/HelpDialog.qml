import QtQuick
import QtQuick.Layouts
import Duplex

// What this page is for, then the keys.
Dialog {
    id: dialog
    property string page: ""
    readonly property var words: ({
        home: qsTr("What you hold on each floor, what is on its way, and what happened last. Move up and Move down take the lift between the floors."),
        send: qsTr("Paste what you want to pay. Duplex names it, prices each layer, and shows a review. Nothing is signed before you press Pay."),
        receive: qsTr("Show or copy the code to be paid. Each payer gets a new address, so that payers cannot see each other."),
        move: qsTr("Every way to the other floor with its cost, time and trust. The review at the right shows what you hold afterwards."),
        progress: qsTr("The steps of one move. It goes on by itself, also after Duplex was closed."),
        channels: qsTr("Each channel is a road on the upper floor. The bar shows your part and your partner's part."),
        opening: qsTr("A channel needs a partner who is online, and coins of yours on L1."),
        blocks: qsTr("The ground floor's public book. Badges show which facts were proved on this computer and which are only claimed."),
        transaction: qsTr("Where the coins of one payment came from and went to. What nobody proved is written as not known."),
        network: qsTr("What nodes of the upper floor say about themselves. Nobody proves it."),
        layers: qsTr("The two layers side by side, with today's figures. A tick marks the better side."),
        settings: qsTr("Start with the first card: it says whether you could lose your money.")
    })
    title: qsTr("Help for this page")
    danger: false
    safeAction: qsTr("Close")
    Label { Layout.fillWidth: true; wrapMode: Text.Wrap; text: dialog.words[dialog.page] || "" }
    Rule { }
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
