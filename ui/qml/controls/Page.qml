import QtQuick
import Duplex

// What every page gets: the view-models, an argument, and the way to other pages.
FocusScope {
    property QtObject app: null
    property string argument: ""
    property bool stale: app !== null && app.status.staleText !== ""
    signal go(string page, string argument)
    signal unlockWanted()
    signal finalAction() // Ctrl+Enter
    signal goBack()      // Esc
    Accessible.role: Accessible.Pane
}
