import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// The upper floor's public nodes and channels as lists.
Page {
    id: page
    readonly property var model: app.network
    onGoBack: if (app.status.wallet !== "none") go("home", "")
    Component.onCompleted: { if (argument !== "") { model.tab = argument.includes("x") ? 1 : 0; model.search = argument } model.open(); find.text = model.search; find.focusHere() }
    ScrollBox {
        anchors.fill: parent
        PageHead {
            title: qsTr("Nodes and channels")
            level: 2
            words: page.model.countText
            Segmented { options: [qsTr("Nodes"), qsTr("Channels")]; current: page.model.tab; describe: qsTr("List"); onChosen: (index) => page.model.tab = index }
        }
        Note { visible: page.model.problem !== ""; tone: "bad"; text: page.model.problem; action: qsTr("Try again"); onActed: page.model.open() }
        Columns {
            Card {
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.minimumHeight: 320
                spacing: 0
                Field { id: find; objectName: "find"; Layout.fillWidth: true; Layout.bottomMargin: 10; symbol: "search"; placeholder: page.model.tab === 0 ? qsTr("Node name or id") : qsTr("Short channel id, or the id of a node"); onEdited: (text) => page.model.search = text }
                RowLayout {
                    visible: page.model.tab === 0
                    spacing: 12
                    Layout.bottomMargin: 4
                    Layout.rightMargin: 14
                    HeadCell { text: qsTr("Name") }
                    HeadCell { text: qsTr("Id"); cellWidth: 160 }
                    HeadCell { text: qsTr("Channels"); cellWidth: 80; horizontalAlignment: Text.AlignRight }
                    HeadCell { text: qsTr("Capacity"); cellWidth: 140; horizontalAlignment: Text.AlignRight }
                    HeadCell { text: qsTr("News"); cellWidth: 90; horizontalAlignment: Text.AlignRight }
                }
                ListView {
                    id: nodes
                    visible: page.model.tab === 0
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    clip: true
                    reuseItems: true
                    model: page.model.nodes
                    boundsBehavior: Flickable.StopAtBounds
                    Accessible.role: Accessible.Table
                    Accessible.name: qsTr("Nodes")
                    T.ScrollBar.vertical: ScrollLine { }
                    delegate: TableRow {
                        id: node_line
                        required property string id
                        required property string alias
                        required property string node
                        required property string channels
                        required property string capacity
                        required property string seen
                        width: nodes.width
                        copied: id
                        describe: alias + ", " + channels + ", " + capacity
                        selected: page.model.detail.id === id
                        onClicked: page.model.select(id)
                        Cell { role: "denseStrong"; text: node_line.alias }
                        Cell { role: "monoSmall"; dim: true; text: node_line.node; cellWidth: 160 }
                        Cell { text: node_line.channels; cellWidth: 80; horizontalAlignment: Text.AlignRight }
                        Cell { role: "monoSmall"; text: node_line.capacity; cellWidth: 140; horizontalAlignment: Text.AlignRight }
                        Cell { text: node_line.seen; dim: true; cellWidth: 90; horizontalAlignment: Text.AlignRight }
                    }
                }
                RowLayout {
                    visible: page.model.tab === 1
                    spacing: 12
                    Layout.bottomMargin: 4
                    Layout.rightMargin: 14
                    HeadCell { text: qsTr("Channel"); cellWidth: 130 }
                    HeadCell { text: qsTr("From, to") }
                    HeadCell { text: qsTr("Size, at least"); cellWidth: 130; horizontalAlignment: Text.AlignRight }
                    HeadCell { text: qsTr("Fee"); cellWidth: 160; horizontalAlignment: Text.AlignRight }
                }
                ListView {
                    id: roads
                    visible: page.model.tab === 1
                    Layout.fillWidth: true
                    Layout.fillHeight: true
                    clip: true
                    reuseItems: true
                    model: page.model.channels
                    boundsBehavior: Flickable.StopAtBounds
                    Accessible.role: Accessible.Table
                    Accessible.name: qsTr("Channels")
                    T.ScrollBar.vertical: ScrollLine { }
                    delegate: TableRow {
                        id: road
                        required property string short_id
                        required property string from
                        required property string to
                        required property string capacity
                        required property string fee
                        required property bool active
                        width: roads.width
                        copied: short_id
                        describe: short_id + ", " + capacity + ", " + fee
                        Cell { role: "monoSmall"; text: road.short_id; cellWidth: 130; faint: !road.active }
                        Cell { role: "monoSmall"; dim: true; text: road.from + " → " + road.to }
                        Cell { role: "monoSmall"; text: road.capacity; cellWidth: 130; horizontalAlignment: Text.AlignRight }
                        Cell { text: road.active ? road.fee : qsTr("switched off"); dim: true; cellWidth: 160; horizontalAlignment: Text.AlignRight }
                    }
                }
                PageState {
                    visible: !page.model.loading && page.model.problem === "" && (page.model.tab === 0 ? nodes.count : roads.count) === 0
                    Layout.fillWidth: true
                    Layout.bottomMargin: 60
                    symbol: "graph"
                    level: 2
                    title: page.model.search === "" ? qsTr("Nothing heard yet") : qsTr("Nothing found")
                    text: page.model.search === "" ? (page.app.status.upperPeers ? qsTr("You are connected to the upper floor, but nobody there has announced a node or a channel yet.") : qsTr("Nodes and channels are announced by peers of the upper floor. They appear once you are connected to one.")) : qsTr("Only what was announced to this computer is searched.")
                }
            }
            Card {
                visible: nodes.count > 0 || !!page.model.detail.id
                Layout.preferredWidth: 340
                Layout.minimumWidth: 340
                Layout.fillWidth: parent.narrow
                Layout.fillHeight: true
                title: page.model.detail.name || qsTr("Pick a node")
                spacing: 7
                corner: Component { ProvenanceBadge { visible: !!page.model.detail.badge; badge: page.model.detail.badge || null } }
                FactList { model: page.model.detail.facts || []; nameWidth: 90 }
                Item { Layout.fillHeight: true }
                Note { text: qsTr("Names, fees and capacity are what nodes say about themselves.") }
                RowLayout {
                    visible: !!page.model.detail.id
                    spacing: 8
                    Button { size: 36; text: qsTr("Its channels"); onClicked: { page.model.channelsOf(page.model.detail.id); find.text = page.model.search } }
                    Button { visible: page.app.status.wallet !== "none" && !!page.model.detail.uri; size: 36; symbol: "plus"; text: qsTr("Open a channel"); onClicked: page.go("opening", page.model.detail.uri) }
                }
            }
        }
    }
}
