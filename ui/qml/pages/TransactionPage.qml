import QtQuick
import QtQuick.Layouts
import Duplex

// One payment: where the coins came from and went, and how each fact is known.
Page {
    id: page
    readonly property var explorer: app.explorer
    readonly property var facts: explorer.payment
    onGoBack: go("blocks", "")
    Component.onCompleted: explorer.openPayment(argument.split("/")[0], argument.split("/")[1] || "")
    Component.onDestruction: explorer.leave()
    ScrollBox {
        anchors.fill: parent
        PageHead {
            back: true
            title: qsTr("Payment")
            onGoBack: page.go("blocks", "")
            Label { role: "mono"; dim: true; text: page.facts.txid || page.argument.split("/")[0]; elide: Text.ElideMiddle; Layout.preferredWidth: 330 }
            CopyButton { copied: page.facts.txid || ""; what: qsTr("id") }
            Chip { visible: !!page.facts.depth; tone: page.facts.deep ? "ok" : "warn"; symbol: page.facts.deep ? "check" : "clock"; text: page.facts.depth || "" }
            ProvenanceBadge { visible: !!page.facts.badge; badge: page.facts.badge || null }
        }
        Note { visible: page.explorer.paymentError !== ""; tone: "bad"; text: page.explorer.paymentError; action: qsTr("Back to blocks"); onActed: page.go("blocks", "") }
        LoadingState { Layout.fillWidth: true; active: page.explorer.loadingPayment; text: qsTr("Fetching the block that holds it") }
        Columns {
            visible: !!page.facts.txid
            Layout.fillHeight: false
            CoinList { Layout.fillWidth: true; Layout.preferredWidth: 100; Layout.alignment: Qt.AlignTop; title: qsTr("Where the coins came from"); coins: page.facts.inputs || [] }
            CoinList { Layout.fillWidth: true; Layout.preferredWidth: 100; Layout.alignment: Qt.AlignTop; title: qsTr("Where they went"); note: page.facts.sum || ""; coins: page.facts.outputs || [] }
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
