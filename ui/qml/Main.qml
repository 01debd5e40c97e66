import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// The window: rail, top bar, band of test networks, and one page at a time.
T.ApplicationWindow {
    id: window
    required property QtObject app
    property string page: "home"
    property string argument: ""
    property alias pageItem: loader.item

    width: 1280
    height: 800
    minimumWidth: 1024
    minimumHeight: 680
    visible: true
    title: "Duplex"
    color: Theme.bg

    readonly property var pages: ({home: "HomePage", send: "SendPage", receive: "ReceivePage", move: "MovePage", progress: "MoveProgressPage",
                                   channels: "ChannelsPage", opening: "OpenChannelPage", blocks: "BlocksPage", transaction: "TransactionPage",
                                   network: "NetworkPage", layers: "LayersPage", settings: "SettingsPage"})
    readonly property var railPages: ["home", "send", "receive", "move", "channels", "blocks", "network", "layers"]
    readonly property bool keys: app.status.wallet !== "none"
    readonly property string railPage: ({progress: "move", opening: "channels", transaction: "blocks"})[page] || page

    function open(name, extra) {
        if (!pages[name]) return
        argument = extra || ""
        page = name
        loader.load()
    }
    function lockOrUnlock() {
        if (app.status.wallet === "locked") unlock.openFrom(topBar)
        else if (app.status.hasPassword) app.lock.lock()
        else { open("settings", ""); app.settings.sayNoPassword() }
    }
    readonly property var keyPages: ["home", "send", "receive", "move", "progress", "channels", "opening"] // they need a wallet
    readonly property bool inside: keys && !app.welcome
    onKeysChanged: if (!keys && keyPages.includes(page)) open("blocks", "")
    // Another wallet: its page starts empty, once every model knows.
    readonly property string walletName: app.status.wallet === "none" ? "" : app.status.walletName
    property string shownWallet: ""
    onWalletNameChanged: { if (shownWallet !== "") Qt.callLater(startOver); shownWallet = walletName }
    function startOver() { if (keys && keyPages.includes(page)) open(page, "") }
    onInsideChanged: if (inside && !keyPages.includes(page)) open("home", "")

    Binding { target: Theme; property: "dark"; value: window.app.settings.dark }
    Binding { target: Theme; property: "reduceMotion"; value: window.app.settings.reduceMotion }
    Binding { target: Theme; property: "fontScale"; value: window.app.settings.fontPercent / 100 }

    Loader {
        anchors.fill: parent
        active: window.app.welcome && window.app.status.ready
        sourceComponent: WelcomePage { app: window.app }
    }
    Item {
        id: frame
        anchors.fill: parent
        visible: window.app.status.ready && !window.app.welcome
        onVisibleChanged: if (visible && loader.item) loader.item.forceActiveFocus()
        Rail { id: rail; height: parent.height; width: implicitWidth; status: window.app.status; page: window.railPage; keys: window.keys; onChosen: (page) => window.open(page, ""); onWalletWanted: window.app.onboarding.startAgain() }
        ColumnLayout {
            anchors.left: rail.right
            anchors.right: parent.right
            height: parent.height
            spacing: 0
            TopBar {
                id: topBar
                Layout.fillWidth: true
                status: window.app.status
                dark: Theme.dark
                onPasswordWanted: window.open("settings", "")
                onSearched: search.openFrom(topBar)
                onThemeToggled: window.app.settings.theme = Theme.dark ? 1 : 2
                onLockToggled: window.lockOrUnlock()
            }
            SandboxBand {
                Layout.fillWidth: true
                Layout.bottomMargin: 12
                visible: window.app.status.bandText !== ""
                text: window.app.status.bandText
                Label { visible: window.app.status.sandbox; text: window.app.sandbox.message; role: "small"; dim: true; anchors.verticalCenter: parent.verticalCenter }
                Button { objectName: "sandboxFund"; visible: window.app.status.sandbox && window.keys; size: 28; text: qsTr("Get play coins"); onClicked: window.app.sandbox.fund() }
                Button { objectName: "sandboxMine"; visible: window.app.status.sandbox; size: 28; text: qsTr("Make a block"); onClicked: window.app.sandbox.mine() }
            }
            ColumnLayout {
                Layout.fillWidth: true
                Layout.leftMargin: Theme.pageMargin
                Layout.rightMargin: Theme.pageMargin
                Layout.bottomMargin: 12
                Layout.maximumWidth: Theme.widestContent + 2 * Theme.pageMargin
                spacing: 8
                visible: notes.count > 0 || sync.needed
                Column { // a positioner: the notes come and go
                    id: noteList
                    Layout.fillWidth: true
                    spacing: 8
                    visible: notes.count > 0
                    Repeater {
                        id: notes
                        model: window.app.status.warnings
                        Note { required property var modelData; objectName: "note"; width: noteList.width; tone: modelData.tone; text: modelData.text; action: modelData.action; onActed: unlock.openFrom(topBar) }
                    }
                }
                SyncBand { id: sync; status: window.app.status }
            }
            Loader {
                id: loader
                focus: true
                Layout.fillWidth: true
                Layout.fillHeight: true
                Layout.leftMargin: Theme.pageMargin
                Layout.rightMargin: Theme.pageMargin
                Layout.bottomMargin: Theme.bottomMargin
                Layout.maximumWidth: Theme.widestContent
                function load() {
                    setSource(window.pages[window.page] + ".qml", {app: window.app, argument: window.argument})
                    if (item && frame.visible) item.forceActiveFocus() // behind the welcome it would take the focus from it
                }
                Component.onCompleted: load()
            }
        }
    }
    Connections {
        target: loader.item
        ignoreUnknownSignals: true
        function onGo(page, argument) { window.open(page, argument) }
        function onUnlockWanted() { unlock.openFrom(topBar) }
    }
    Connections {
        target: window.app.lock
        function onUnlocked() { unlock.close() }
    }
    Connections {
        target: window.app
        // Asked for: it ends as duplexd does, once the answer is out. Else somebody reads why.
        function onStopped() { if (window.app.stopReason === "") Qt.callLater(Qt.quit); else halted.open() }
    }

    SearchPanel { id: search; search: window.app.search; onChosen: (page, argument) => window.open(page, argument) }
    UnlockDialog { id: unlock; lock: window.app.lock }
    Dialog { id: halted; title: qsTr("Duplex stopped"); danger: false; safeAction: qsTr("Close the window"); closePolicy: T.Popup.NoAutoClose
        Label { Layout.fillWidth: true; wrapMode: Text.Wrap; text: window.app.stopReason }
        onClosed: Qt.quit()
    }

    Repeater {
        model: window.railPages
        Item {
            required property string modelData
            required property int index
            Shortcut { sequence: "Ctrl+" + (index + 1); enabled: frame.visible && (window.keys || index > 4); onActivated: window.open(modelData, "") }
        }
    }
    Shortcut { sequences: ["Ctrl+K", "/"]; enabled: frame.visible; onActivated: search.openFrom(topBar) }
    Shortcut { sequence: "Ctrl+N"; enabled: frame.visible && window.keys; onActivated: window.open("send", "") }
    Shortcut { sequence: "Ctrl+R"; enabled: frame.visible && window.keys; onActivated: window.open("receive", "") }
    Shortcut { sequence: "Ctrl+,"; enabled: frame.visible; onActivated: window.open("settings", "") }
    Shortcut { sequence: "Ctrl+L"; enabled: frame.visible && window.keys; onActivated: window.lockOrUnlock() }
    Shortcut { sequence: "Ctrl+H"; enabled: frame.visible; onActivated: window.app.amountsHidden = !window.app.amountsHidden }
    Shortcut { sequences: ["Ctrl+Return", "Ctrl+Enter"]; enabled: frame.visible; onActivated: if (loader.item) loader.item.finalAction() }
    Shortcut { sequence: "Esc"; enabled: frame.visible; onActivated: if (loader.item) loader.item.goBack() }
    Shortcut { sequence: "F1"; enabled: frame.visible; onActivated: help.open() }
    HelpDialog { id: help; page: window.page }

    // What just happened, said once to a screen reader.
    Label { opacity: 0; width: 1; height: 1; text: window.app.announcement; Accessible.role: Accessible.Notification }
}
