// One upload: how far, how fast, given up and taken up again.
#pragma once

#include "models/session/session.h"

#include <QElapsedTimer>
#include <QObject>

namespace slipway::views
{

class PackageUpload : public QObject
{
    Q_OBJECT

public:
    enum class State { Idle, Running, Cancelled, Failed, Done };

    explicit PackageUpload(models::Session &session, QObject *parent = nullptr);
    void start(const QString &file);
    void cancel();
    void resume(); // goes on where the fabric's bytes end
    void reset();

    State state() const { return m_state; }
    QString fileName() const;
    int permille() const;  // -1: not known yet
    QString words() const; // "12 of 48 MB, 6 MB/s"
    const v1::Error &error() const { return m_error; }
    const v1::Package &package() const { return m_package; } // once done

Q_SIGNALS:
    void changed();
    void done();

private:
    void send();
    void onProgress(client::UploadProgress progress);
    void onDone(const Result<v1::UploadReply> &reply);
    void enter(State state);

    models::Session &m_session;
    State m_state = State::Idle;
    QString m_file;
    std::string m_id;
    client::UploadProgress m_progress;
    double m_bytes_per_s = 0;
    std::uint64_t m_measured_bytes = 0;
    QElapsedTimer m_since_measured;
    v1::Error m_error;
    v1::Package m_package;
    std::unique_ptr<client::Subscription> m_stream;
};

} // namespace slipway::views
