import QtQuick
import QtQuick.Layouts
import Duplex

// One payment: where the coins came from and went, and how each fact is known.
Page {
    id: page
    readonly property var explorer: app.explorer
    readonly property var facts: explorer.payment
    readonly property var from: argument.split("/") // id, its block; the page that it was opened from, with its argument
    onGoBack: from[2] ? go(from[2], from[3] || "") : go("blocks", from[1] || "")
    Component.onCompleted: explorer.openPayment(from[0], from[1] || "")
    Component.onDestruction: explorer.leave()
    ScrollBox {
        anchors.fill: parent
        PageHead {
            back: true
            title: qsTr("Payment")
            onGoBack: page.goBack()
            Label { role: "mono"; dim: true; text: page.facts.txid || page.from[0]; elide: Text.ElideMiddle; Layout.fillWidth: true; Layout.minimumWidth: 90; Layout.preferredWidth: Theme.size(330); Layout.maximumWidth: Theme.size(330) }
            CopyButton { copied: page.facts.txid || ""; what: qsTr("id") }
            Chip { visible: !!page.facts.depth; tone: page.facts.deep ? "ok" : "warn"; symbol: page.facts.deep ? "check" : "clock"; text: page.facts.depth || "" }
            ProvenanceBadge { visible: !!page.facts.badge; badge: page.facts.badge || null; compact: page.width < Theme.size(760) }
        }
        Note { visible: page.explorer.paymentError !== ""; tone: "bad"; text: page.explorer.paymentError; action: qsTr("Back to blocks"); onActed: page.go("blocks", "") }
        LoadingState { Layout.fillWidth: true; active: page.explorer.loadingPayment; text: qsTr("Fetching the block that holds it") }
        Columns {
            visible: !!page.facts.txid
            Layout.fillHeight: false
            CoinList { Layout.fillWidth: true; Layout.preferredWidth: 100; Layout.alignment: Qt.AlignTop; objectName: "inputs"; title: qsTr("Where the coins came from"); coins: page.facts.inputs || []; onFollowed: (txid) => page.go("transaction", [txid, "", page.from[2] || "blocks", page.from[3] || page.from[1] || ""].join("/")) }
            CoinList { Layout.fillWidth: true; Layout.preferredWidth: 100; Layout.alignment: Qt.AlignTop; objectName: "outputs"; title: qsTr("Where they went"); note: page.facts.sum || ""; coins: page.facts.outputs || [] }
        }
        Card {
            visible: !!page.facts.txid
            Layout.fillWidth: true
            title: qsTr("Facts and how Duplex knows them")
            spacing: 7
            FactList { model: page.facts.facts || []; nameWidth: 150 }
        }
        Item { Layout.fillHeight: true }
    }
}
