import QtQuick
import Duplex
import Duplex.Pictures

// A QR code on its white plate, dark on white in both themes.
Rectangle {
    id: root
    property alias text: code.text
    property string describe: qsTr("QR code of your payment request")
    function saveTo(file) { return code.saveTo(file) }
    implicitWidth: 318
    implicitHeight: 318
    radius: 10
    color: "#FFFFFF"
    border.width: 1
    border.color: Theme.line
    QrCode { id: code; anchors.fill: parent; anchors.margins: 6 }
    Accessible.role: Accessible.Graphic
    Accessible.name: describe
}
