#include "views/service/package_upload.h"

#include "models/base/words.h"

#include <QFileInfo>

namespace slipway::views
{

using namespace Qt::StringLiterals;

namespace
{

constexpr int kMeasureMs = 500;
constexpr double kSmoothing = 0.4;

} // namespace

PackageUpload::PackageUpload(models::Session &session, QObject *parent)
    : QObject(parent), m_session(session)
{
}

QString PackageUpload::fileName() const
{
    return QFileInfo(m_file).fileName();
}

void PackageUpload::start(const QString &file)
{
    m_file = file;
    m_id = models::Session::freshId();
    send();
}

void PackageUpload::send()
{
    m_error.Clear();
    m_progress = {};
    m_bytes_per_s = 0;
    m_measured_bytes = 0;
    m_since_measured.invalidate();
    enter(State::Running);
    m_stream = m_session.uploadPackage(
        m_file, m_id, this, [this](client::UploadProgress progress) { onProgress(progress); },
        [this, id = m_id](const Result<v1::UploadReply> &reply) {
            if (id == m_id && m_state == State::Running) {
                onDone(reply);
            }
        });
}

void PackageUpload::cancel()
{
    if (m_state == State::Running) {
        m_stream.reset();
        enter(State::Cancelled);
    }
}

void PackageUpload::resume()
{
    if (m_state == State::Cancelled || m_state == State::Failed) {
        send();
    }
}

void PackageUpload::reset()
{
    m_stream.reset();
    m_id.clear();
    enter(State::Idle);
}

void PackageUpload::onProgress(client::UploadProgress progress)
{
    if (m_state != State::Running) {
        return;
    }
    m_progress = progress;
    if (!m_since_measured.isValid()) {
        m_since_measured.start(); // what was there before a resume is no speed
        m_measured_bytes = progress.sent_bytes;
    } else if (m_since_measured.elapsed() >= kMeasureMs) {
        const double now = double(progress.sent_bytes - m_measured_bytes) * 1000.0 /
                           double(m_since_measured.restart());
        m_bytes_per_s =
            m_bytes_per_s == 0 ? now : m_bytes_per_s + kSmoothing * (now - m_bytes_per_s);
        m_measured_bytes = progress.sent_bytes;
    }
    Q_EMIT changed();
}

void PackageUpload::onDone(const Result<v1::UploadReply> &reply)
{
    m_stream.reset();
    if (!reply) {
        m_error = reply.error();
        enter(State::Failed);
        return;
    }
    m_package = reply->package();
    enter(State::Done);
    Q_EMIT done();
}

void PackageUpload::enter(State state)
{
    m_state = state;
    Q_EMIT changed();
}

int PackageUpload::permille() const
{
    return m_progress.total_bytes == 0 ? -1
                                       : int(m_progress.sent_bytes * 1000 / m_progress.total_bytes);
}

QString PackageUpload::words() const
{
    if (m_progress.total_bytes == 0) {
        return m_state == State::Running ? tr("starting") : QString();
    }
    auto words = tr("%1 of %2")
                     .arg(models::bytesWords(m_progress.sent_bytes),
                          models::bytesWords(m_progress.total_bytes));
    if (m_state == State::Running && m_bytes_per_s > 0) {
        words += tr(", %1/s").arg(models::bytesWords(std::uint64_t(m_bytes_per_s)));
    }
    return m_state == State::Cancelled ? tr("stopped at %1").arg(words) : words;
}

} // namespace slipway::views
