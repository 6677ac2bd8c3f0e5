#include "views/firstrun/sample_voyage.h"

#include "models/base/words.h"
#include "models/services/service_model.h"
#include "models/session/commands.h"
#include "views/widgets/prompter.h"

#include <QDir>
#include <QFile>
#include <QTimer>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::text;
using models::utf8;

namespace
{

const QString kFirst = u"guestbook-v1"_s;
const QString kSecond = u"guestbook-v2"_s;

std::string readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

} // namespace

SampleVoyage::SampleVoyage(models::Session &session, Prompter &prompter, QString samples,
                           QObject *parent)
    : QObject(parent), m_session(session), m_prompter(prompter), m_samples(std::move(samples))
{
    connect(&session.store(), &models::FabricStore::changed, this, &SampleVoyage::follow);
}

SampleVoyage::~SampleVoyage() = default;

QString SampleVoyage::file(const QString &name) const
{
    return QDir(m_samples).filePath(name);
}

QStringList SampleVoyage::missingFiles() const
{
    QStringList missing;
    for (const auto &name : {kFirst, kSecond}) {
        const auto path = file(name + u".cspkg"_s);
        if (m_samples.isEmpty() || !QFile::exists(path)) {
            missing << path;
        }
    }
    return missing;
}

void SampleVoyage::begin()
{
    m_service = u"guestbook"_s;
    for (int number = 2; m_session.store().service(utf8(m_service)) != nullptr; ++number) {
        m_service = u"guestbook-"_s + QString::number(number);
    }
    m_progress.fill({});
    m_current = 0;
    m_all = false;
    m_operation.clear();
    m_upload_id.clear();
    Q_EMIT changed();
}

bool SampleVoyage::isRunning() const
{
    return !isFinished() && m_progress[std::size_t(m_current)].state == State::Running;
}

bool SampleVoyage::canCancel() const
{
    const auto operation = m_session.store().operation(m_operation);
    return isRunning() &&
           (m_upload != nullptr || (operation != nullptr && operation->cancellable()));
}

QString SampleVoyage::address() const
{
    const auto service = m_session.store().service(utf8(m_service));
    return service ? models::slotAddresses(service->production()).value(0) : QString();
}

void SampleVoyage::doNext()
{
    if (!isRunning() && !isFinished()) {
        run(Step(m_current));
    }
}

void SampleVoyage::doAll()
{
    m_all = true;
    doNext();
    Q_EMIT changed();
}

void SampleVoyage::cancelStep()
{
    m_all = false;
    if (m_upload != nullptr) {
        m_upload.reset(); // the same upload id goes on where it stopped
        fail(tr("Stopped. It goes on where it was."));
    } else if (!m_operation.empty()) {
        m_session.cancelOperation(m_operation);
    }
}

void SampleVoyage::run(Step step)
{
    tell(State::Running, tr("Asking the fabric …"));
    switch (step) {
    case Create:
        send(models::commands::createService(utf8(m_service), utf8(tr("The sample")), {}));
        break;
    case UploadFirst:
        upload(kFirst);
        break;
    case DeployProduction:
        deploy(v1::PRODUCTION, kFirst, m_first_digest);
        break;
    case UploadSecond:
        upload(kSecond);
        break;
    case DeployStaging:
        deploy(v1::STAGING, kSecond, m_second_digest);
        break;
    case Open:
        openAddress();
        break;
    case Swap:
        swap();
        break;
    }
}

void SampleVoyage::upload(const QString &package)
{
    if (m_upload_id.empty()) {
        m_upload_id = models::Session::freshId();
    }
    const auto progress = [this](client::UploadProgress now) {
        if (m_upload != nullptr) {
            tell(State::Running,
                 tr("%1 of %2")
                     .arg(models::bytesWords(now.sent_bytes), models::bytesWords(now.total_bytes)),
                 now.total_bytes == 0 ? -1 : int(now.sent_bytes * 1000 / now.total_bytes));
        }
    };
    const auto done = [this, step = m_current](const Result<v1::UploadReply> &reply) {
        if (step != m_current || !isRunning()) {
            return; // stopped meanwhile
        }
        m_upload.reset();
        if (!reply) {
            fail(text(reply.error().message()));
            return;
        }
        m_upload_id.clear();
        (step == UploadFirst ? m_first_digest : m_second_digest) = reply->package().digest();
        succeed(reply->already_stored() ? tr("It was stored already.")
                                        : models::bytesWords(reply->package().size_bytes()));
    };
    m_upload =
        m_session.uploadPackage(file(package + u".cspkg"_s), m_upload_id, this, progress, done);
}

void SampleVoyage::deploy(v1::SlotKind slot, const QString &package, const std::string &digest)
{
    v1::Deploy body;
    body.set_service(utf8(m_service));
    body.set_slot(slot);
    body.set_package_digest(digest);
    body.set_label(utf8(package));
    body.set_configuration_name(utf8(package + u".cscfg"_s));
    body.set_configuration_xml(readAll(file(package + u".cscfg"_s)));
    send(models::commands::deploy(std::move(body)));
}

void SampleVoyage::openAddress()
{
    const auto where = address();
    if (where.isEmpty()) {
        fail(tr("Production has no address yet; wait a moment and try again."));
    } else if (m_prompter.openAddress(where)) {
        succeed(tr("%1 is open in your browser.").arg(where));
    } else {
        succeed(tr("No browser could be opened; go to %1.").arg(where));
    }
}

void SampleVoyage::swap()
{
    if (const auto service = m_session.store().service(utf8(m_service))) {
        send(models::commands::swap(*service));
    } else {
        fail(tr("The service %1 is gone; leave and begin anew.").arg(m_service));
    }
}

void SampleVoyage::send(v1::Command command)
{
    m_operation.clear();
    m_session.execute(std::move(command), this,
                      [this](const Result<v1::CommandReply> &reply) { onReply(reply); });
}

void SampleVoyage::onReply(const Result<v1::CommandReply> &reply)
{
    if (!reply) {
        fail(text(reply.error().message()));
        return;
    }
    m_operation = reply->operation().id();
    const auto newer = m_session.store().operation(m_operation); // the watch may have been faster
    judge(newer ? *newer : reply->operation());
}

void SampleVoyage::follow(const models::StoreDelta &delta)
{
    const bool ours = delta.snapshot || std::find(delta.operations.begin(), delta.operations.end(),
                                                  m_operation) != delta.operations.end();
    if (!m_operation.empty() && ours) {
        if (const auto operation = m_session.store().operation(m_operation)) {
            judge(*operation);
        }
    }
}

void SampleVoyage::judge(const v1::Operation &operation)
{
    switch (operation.state()) {
    case v1::Operation::Succeeded:
        m_operation.clear();
        succeed(
            operation.end_time_ms() > operation.start_time_ms()
                ? tr("Done in %1")
                      .arg(models::spanWords(operation.end_time_ms() - operation.start_time_ms()))
                : tr("Done"));
        break;
    case v1::Operation::Failed:
        fail(text(operation.error().message()));
        break;
    case v1::Operation::Cancelled:
        fail(tr("Cancelled."));
        break;
    default:
        tell(State::Running, operation.phase().empty() ? tr("At work …") : text(operation.phase()),
             operation.progress_permille() > 0 ? int(operation.progress_permille()) : -1);
        break;
    }
}

void SampleVoyage::tell(State state, const QString &words, int permille)
{
    m_progress[std::size_t(m_current)] = {state, words, permille};
    Q_EMIT changed();
}

void SampleVoyage::succeed(const QString &words)
{
    m_progress[std::size_t(m_current)] = {State::Done, words, 1000};
    ++m_current;
    Q_EMIT changed();
    if (isFinished()) {
        Q_EMIT finished();
    } else if (m_all) {
        QTimer::singleShot(0, this, &SampleVoyage::doNext);
    }
}

void SampleVoyage::fail(const QString &words)
{
    m_all = false;
    m_operation.clear();
    tell(State::Failed, words);
}

} // namespace slipway::views
