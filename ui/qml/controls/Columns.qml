import QtQuick
import QtQuick.Layouts
import QtQuick.Window
import Duplex

// Two columns side by side; under each other in a narrow window.
GridLayout {
    readonly property bool narrow: Window.width > 0 && Window.width < Theme.sideColumnFrom * Theme.fontScale
    columns: narrow ? 1 : 2
    columnSpacing: Theme.columnGap
    rowSpacing: Theme.stackGap
    Layout.fillWidth: true
    Layout.fillHeight: true
}
