import QtQuick
import QtQuick.Layouts
import QtQuick.Templates as T
import Duplex

// A page's column: fills the window, scrolls when the window is smaller than it.
Flickable {
    id: root
    default property alias content: column.data
    property alias spacing: column.spacing
    contentWidth: width
    contentHeight: column.height
    clip: true
    boundsBehavior: Flickable.StopAtBounds
    interactive: column.implicitHeight > height + 1
    ColumnLayout {
        id: column
        width: root.width - (root.interactive ? 14 : 0)
        height: Math.max(root.height, implicitHeight)
        spacing: Theme.stackGap
    }
    T.ScrollBar.vertical: ScrollLine { }
}
