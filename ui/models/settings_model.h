#pragma once

#include "ui/models/asker.h"
#include "ui/models/display.h"
#include "ui/models/row_list_model.h"

#include <QStringList>

class QSettings;

namespace duplex::ui {

/// Safety, lock, peers, backup; and how the window looks, which is kept in a small file of its own.
class SettingsModel : public QObject {
    Q_OBJECT
    Q_PROPERTY(int theme READ theme WRITE setTheme NOTIFY lookChanged)
    Q_PROPERTY(bool dark READ dark NOTIFY lookChanged)
    Q_PROPERTY(bool reduceMotion READ reduceMotion WRITE setReduceMotion NOTIFY lookChanged)
    Q_PROPERTY(int fontPercent READ fontPercent WRITE setFontPercent NOTIFY lookChanged)
    Q_PROPERTY(QVariantList safety MEMBER m_safety NOTIFY changed)
    Q_PROPERTY(QString safetyText MEMBER m_safety_text NOTIFY changed)
    Q_PROPERTY(QObject* peers READ peers CONSTANT)
    Q_PROPERTY(QString peersText MEMBER m_peers_text NOTIFY changed)
    Q_PROPERTY(bool restored READ restored NOTIFY changed)
    Q_PROPERTY(QString message MEMBER m_message NOTIFY changed)
    Q_PROPERTY(QString error MEMBER m_error NOTIFY changed)
    Q_PROPERTY(QStringList words MEMBER m_words NOTIFY changed)
    Q_PROPERTY(QString wordsLack MEMBER m_words_lack NOTIFY changed)

public:
    SettingsModel(Asker& asker, Display& display, QString file, QObject* parent = nullptr);
    ~SettingsModel() override;
    int theme() const { return m_theme; }
    void setTheme(int theme);
    bool dark() const;
    bool reduceMotion() const { return m_reduce_motion; }
    void setReduceMotion(bool reduce);
    int fontPercent() const { return m_font_percent; }
    void setFontPercent(int percent);
    RowListModel* peers() { return &m_peers; }
    bool restored() const { return m_status.restored; }
    void takeStatus(const api::StatusSnapshot& status);

    Q_INVOKABLE void open();
    /// The page was left: nothing is asked for it any more.
    Q_INVOKABLE void leave() { m_shown = false; }
    Q_INVOKABLE void addPeer(const QString& address);
    Q_INVOKABLE void removePeer(const QString& address);
    Q_INVOKABLE void backup(const QString& destination);
    /// Asks the partners of the channels in this channel backup file to close them.
    Q_INVOKABLE void recoverChannels(const QString& file);
    Q_INVOKABLE void changePassword(const QString& old_password, const QString& password,
                                    const QString& again);
    /// Shows the words until forgetWords().
    Q_INVOKABLE void showWords(const QString& password);
    Q_INVOKABLE void forgetWords();
    Q_INVOKABLE void forgetMessages();
    /// Somebody wanted to lock a wallet that has no password.
    Q_INVOKABLE void sayNoPassword();
    /// The wallet was closed: nothing of it stays on the page.
    void forget();

signals:
    void changed();
    void lookChanged();
    void passwordChanged();
    void peerAdded();

private:
    void askPeers();
    void askBackup();
    QVariantList channelTiles() const;
    void writeSafety();
    void writePeers();
    void save(const QString& key, const QVariant& value);
    QString savedKey() const;
    std::int64_t savedAt() const;
    Asker& m_asker;
    Display& m_display;
    std::unique_ptr<QSettings> m_file;
    int m_theme = 0, m_font_percent = 100; // theme: 0 system, 1 light, 2 dark
    bool m_reduce_motion = false, m_shown = false, m_asking_backup = false;
    api::StatusSnapshot m_status;
    std::optional<std::int64_t> m_backup_written; // absent: not known
    std::map<QString, std::int64_t> m_saved;      // when a backup file was written, by the key of the wallet
    std::vector<Row> m_ground_peers, m_upper_peers;
    QVariantList m_safety;
    QStringList m_words;
    QString m_words_lack; // what they do not restore by themselves
    QString m_safety_text, m_peers_text, m_message, m_error;
    RowListModel m_peers;
};

} // namespace duplex::ui
