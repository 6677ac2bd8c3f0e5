#include "views/service/deploy_panel.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "views/widgets/banner.h"
#include "views/widgets/buttons.h"
#include "views/widgets/isolation_note.h"
#include "views/widgets/navigator.h"
#include "views/widgets/plain_tip.h"
#include "views/widgets/problem_list.h"
#include "views/widgets/progress_strip.h"
#include "views/widgets/prompter.h"
#include "views/widgets/segmented_control.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QFile>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QMimeData>
#include <algorithm>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;

namespace
{

constexpr int kDeployWidth = 500;
constexpr int kNameWidthMax = 240; // of a label or role within a consent: a box does not wrap
constexpr qint64 kConfigurationBytesMax = 4 * 1024 * 1024;

QString firstFile(const QMimeData &data)
{
    for (const auto &url : data.urls()) {
        if (url.isLocalFile()) {
            return url.toLocalFile();
        }
    }
    return {};
}

bool isConfiguration(const QString &path)
{
    return path.endsWith(u".cscfg"_s, Qt::CaseInsensitive);
}

} // namespace

DeployPanel::DeployPanel(PageContext &context, ServiceModels &models, QWidget *parent)
    : SlidePanel(context.theme, tr("Deploy to %1").arg(models.name), kDeployWidth, parent),
      m_context(context), m_models(models), m_draft(context.session, models.key),
      m_upload(context.session)
{
    setObjectName(u"deployPanel"_s);
    setAcceptDrops(true);
    buildBody();
    buildFooter();
    connectParts();
    fillPackages();
    refresh();
}

void DeployPanel::addField(const QString &name, QLayout *field)
{
    auto *column = new QVBoxLayout;
    column->setSpacing(4);
    column->addWidget(Label::secondary(m_context.theme, TextRole::Label, name));
    column->addLayout(field);
    body()->addLayout(column);
}

void DeployPanel::addField(const QString &name, QWidget *field)
{
    auto *row = new QHBoxLayout;
    row->addWidget(field, 1);
    field->setAccessibleName(name);
    addField(name, row);
}

void DeployPanel::buildBody()
{
    const auto &theme = m_context.theme;
    m_slot = new SegmentedControl(theme, {tr("Staging"), tr("Production")});
    m_slot->setObjectName(u"deploySlot"_s);
    m_label = new QLineEdit;
    m_label->setObjectName(u"deployLabel"_s);
    m_label->setPlaceholderText(tr("The package's name, unless you write another"));
    m_label->setMaxLength(100);
    m_start = new QCheckBox(tr("Start after deploying"));
    m_start->setObjectName(u"deployStart"_s);
    m_start->setChecked(true);
    m_banner = new Banner(theme);
    m_banner->setObjectName(u"deployBanner"_s);
    m_preview = Label::secondary(theme, TextRole::Body);
    m_preview->setObjectName(u"deployPreview"_s);
    m_preview->setWordWrap(true);
    m_problems = new ProblemList(theme, {});
    m_problems->setObjectName(u"deployProblems"_s);
    m_slot->setAccessibleName(tr("Slot"));
    m_slot->setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
    auto *slot_row = new QHBoxLayout;
    slot_row->addWidget(m_slot);
    slot_row->addStretch(1);
    addField(tr("Slot"), slot_row);
    addField(tr("Package"), makePackageRow());
    body()->addWidget(makeUpload());
    addField(tr("Configuration (optional)"), makeConfigurationRow());
    addField(tr("Label"), m_label);
    body()->addWidget(m_start);
    body()->addWidget(makeLine());
    body()->addWidget(new IsolationNote(theme, m_context.store));
    body()->addWidget(m_banner);
    body()->addWidget(m_preview);
    body()->addWidget(makeConsents());
    body()->addWidget(m_problems);
    body()->addStretch(1);
}

QLayout *DeployPanel::makePackageRow()
{
    m_package = new QComboBox;
    m_package->setObjectName(u"deployPackage"_s);
    m_package->setAccessibleName(tr("Package"));
    m_package->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_choose = makeButton(m_context.theme, ButtonKind::Normal, tr("Choose a file…"), u"folder"_s);
    m_choose->setObjectName(u"deployChoose"_s);
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_package, 1);
    row->addWidget(m_choose);
    auto *column = new QVBoxLayout;
    column->setSpacing(4);
    column->addLayout(row);
    column->addWidget(Label::secondary(m_context.theme, TextRole::Label,
                                       tr("Or drop a .cspkg, a .zip or a folder here.")));
    return column;
}

QWidget *DeployPanel::makeUpload()
{
    m_upload_row = new QWidget;
    m_progress = new ProgressStrip(m_context.theme);
    m_progress->setObjectName(u"uploadProgress"_s);
    m_resume = makeButton(m_context.theme, ButtonKind::Link, tr("Resume"), u"play"_s);
    m_resume->setObjectName(u"uploadResume"_s);
    auto *row = new QHBoxLayout(m_upload_row);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_progress, 1);
    row->addWidget(m_resume);
    return m_upload_row;
}

QLayout *DeployPanel::makeConfigurationRow()
{
    m_configuration = Label::secondary(m_context.theme, TextRole::Body);
    m_configuration->setObjectName(u"deployConfigurationName"_s);
    m_configuration->setElided(true, Qt::ElideMiddle);
    m_clear_configuration = makeButton(m_context.theme, ButtonKind::Link, tr("Remove"));
    m_clear_configuration->setObjectName(u"deployClearConfiguration"_s);
    m_choose_configuration =
        makeButton(m_context.theme, ButtonKind::Normal, tr("Choose a .cscfg…"));
    m_choose_configuration->setObjectName(u"deployChooseConfiguration"_s);
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(m_configuration, 1);
    row->addWidget(m_clear_configuration);
    row->addWidget(m_choose_configuration);
    return row;
}

QWidget *DeployPanel::makeConsents()
{
    auto *box = new QWidget;
    auto *column = new QVBoxLayout(box);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(8);
    static const std::pair<Consent, const char *> kNames[] = {
        {Consent::Replace, "consentReplace"},
        {Consent::SizeChange, "consentSize"},
        {Consent::SingleInstance, "consentSingle"},
    };
    for (const auto &[consent, name] : kNames) {
        auto *check = new QCheckBox;
        check->setObjectName(QString::fromLatin1(name));
        check->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Fixed);
        check->hide();
        column->addWidget(check);
        m_consents[consent] = check;
        connect(check, &QCheckBox::toggled, this,
                [this, consent = consent](bool given) { m_draft.setConsent(consent, given); });
    }
    return box;
}

void DeployPanel::buildFooter()
{
    auto *cancel = makeButton(m_context.theme, ButtonKind::Normal, tr("Cancel"));
    cancel->setObjectName(u"deployCancel"_s);
    m_deploy = makeButton(m_context.theme, ButtonKind::Primary, tr("Deploy"), u"upload"_s);
    m_deploy->setObjectName(u"deployNow"_s);
    footer()->addWidget(cancel);
    footer()->addWidget(m_deploy);
    connect(cancel, &QPushButton::clicked, this, &SlidePanel::closePanel);
    connect(m_deploy, &QPushButton::clicked, this, &DeployPanel::deploy);
}

void DeployPanel::connectParts()
{
    connect(m_slot, &SegmentedControl::currentChanged, this,
            [this](int index) { m_draft.setSlot(index == 0 ? v1::STAGING : v1::PRODUCTION); });
    connect(m_package, &QComboBox::currentIndexChanged, this, [this] {
        m_problem.clear();
        if (m_package->currentIndex() > 0 && m_upload.state() == PackageUpload::State::Failed) {
            m_upload.reset(); // its error says nothing about the one that is chosen now
        }
        m_draft.setPackage(models::utf8(m_package->currentData().toString()));
    });
    connect(m_choose, &QPushButton::clicked, this, &DeployPanel::chooseFile);
    connect(m_choose_configuration, &QPushButton::clicked, this, &DeployPanel::chooseConfiguration);
    connect(m_clear_configuration, &QPushButton::clicked, this,
            [this] { m_draft.setConfiguration({}, {}); });
    connect(m_label, &QLineEdit::textChanged, this,
            [this](const QString &text) { m_draft.setLabel(models::utf8(text.trimmed())); });
    connect(m_start, &QCheckBox::toggled, this, [this](bool on) { m_draft.setStart(on); });
    connect(m_progress, &ProgressStrip::cancelClicked, &m_upload, &PackageUpload::cancel);
    connect(m_resume, &QPushButton::clicked, &m_upload, &PackageUpload::resume);
    connect(this, &SlidePanel::closed, &m_upload, &PackageUpload::cancel); // never unseen
    connect(&m_upload, &PackageUpload::changed, this, &DeployPanel::refresh);
    connect(&m_upload, &PackageUpload::done, this, [this] {
        fillPackages();
        m_package->setCurrentIndex(m_package->findData(models::text(m_upload.package().digest())));
    });
    connect(&m_draft, &DeployDraft::changed, this, &DeployPanel::refresh);
    connect(&m_context.session, &models::Session::stateChanged, this, [this] { m_draft.check(); });
    connect(&m_context.store, &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                if (delta.snapshot || !delta.packages.empty()) {
                    fillPackages();
                }
                if (isOpen() && (delta.snapshot || !delta.deployments.empty())) {
                    m_draft.check();
                }
            });
}

void DeployPanel::openFor(v1::SlotKind slot)
{
    m_slot->setCurrent(slot == v1::PRODUCTION ? 1 : 0);
    m_draft.setSlot(slot);
    m_problem.clear();
    if (std::exchange(m_deployed, false)) {
        m_found_beside = false;
        m_draft.setConfiguration({}, {});
    }
    m_draft.forgetConsents();
    m_draft.check();
    openPanel();
}

// Newest first. The one just uploaded may come with the answer before the watch tells of it.
void DeployPanel::fillPackages()
{
    std::vector<models::Ref<v1::Package>> packages;
    for (const auto &[digest, package] : m_context.store.packages()) {
        packages.push_back(package);
    }
    const auto &fresh = m_upload.package();
    if (!fresh.digest().empty() && m_context.store.package(fresh.digest()) == nullptr) {
        packages.push_back(std::make_shared<const v1::Package>(fresh));
    }
    std::sort(packages.begin(), packages.end(), [](const auto &a, const auto &b) {
        return a->upload_time_ms() > b->upload_time_ms();
    });
    const auto chosen = m_package->currentData();
    const QSignalBlocker quiet(m_package);
    m_package->clear();
    m_package->addItem(packages.empty() ? tr("No package uploaded yet") : tr("Choose a package"),
                       QString());
    for (const auto &package : packages) {
        m_package->addItem(tr("%1  ·  %2  ·  %3")
                               .arg(models::text(package->file_name()),
                                    models::shortDigest(package->digest()),
                                    models::bytesWords(package->size_bytes())),
                           models::text(package->digest()));
    }
    m_package->setCurrentIndex(qMax(0, m_package->findData(chosen)));
}

void DeployPanel::chooseFile()
{
    m_context.prompter.openFile(tr("Choose a package"),
                                tr("Packages (*.cspkg *.zip);;All files (*)"), this,
                                [this](const QString &path) {
                                    if (!path.isEmpty()) {
                                        takeFile(path);
                                    }
                                });
}

void DeployPanel::takeFile(const QString &path)
{
    m_problem.clear();
    const QFileInfo file(path);
    if (isConfiguration(path)) {
        m_found_beside = false;
        readConfiguration(path);
    } else if (file.isDir()) {
        packFolder(path);
    } else {
        m_package->setCurrentIndex(0);
        m_upload.start(path);
        if (std::exchange(m_found_beside, false)) {
            m_draft.setConfiguration({}, {}); // it belongs to another package
        }
        const QString beside = file.path() + u'/' + file.completeBaseName() + u".cscfg"_s;
        if (m_draft.wanted().configuration_xml().empty() && QFileInfo::exists(beside)) {
            m_found_beside = true;
            readConfiguration(beside);
        }
    }
    refresh();
}

void DeployPanel::packFolder(const QString &folder)
{
    if (!m_context.pack_folder || !m_packed.isValid()) {
        m_problem = tr("A folder cannot be packed here: run “slipwayctl package pack %1 -o FILE” "
                       "and choose the file.")
                        .arg(folder);
        return;
    }
    const auto output = m_packed.filePath(QFileInfo(folder).fileName() + u".cspkg"_s);
    m_packing = true;
    m_context.pack_folder(folder, output, this, [this, output](const Result<void> &packed) {
        m_packing = false;
        m_problem = packed ? QString() : models::text(packed.error().message());
        packed &&isOpen() ? takeFile(output) : refresh();
    });
}

void DeployPanel::chooseConfiguration()
{
    m_context.prompter.openFile(tr("Choose a configuration"),
                                tr("Service configurations (*.cscfg);;All files (*)"), this,
                                [this](const QString &path) {
                                    if (!path.isEmpty()) {
                                        m_found_beside = false;
                                        readConfiguration(path);
                                    }
                                });
}

void DeployPanel::readConfiguration(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        m_problem = tr("%1 cannot be read: %2").arg(path, file.errorString());
    } else if (file.size() > kConfigurationBytesMax) {
        m_problem = tr("%1 is too large for a configuration (%2).")
                        .arg(path, models::bytesWords(std::uint64_t(file.size())));
    } else {
        m_problem.clear();
        m_draft.setConfiguration(file.readAll().toStdString(),
                                 models::utf8(QFileInfo(path).fileName()));
    }
    refresh();
}

bool DeployPanel::takes(const QMimeData &data)
{
    const auto path = firstFile(data);
    return !path.isEmpty() && (QFileInfo(path).isDir() || isConfiguration(path) ||
                               path.endsWith(u".cspkg"_s, Qt::CaseInsensitive) ||
                               path.endsWith(u".zip"_s, Qt::CaseInsensitive));
}

void DeployPanel::dragEnterEvent(QDragEnterEvent *event)
{
    if (takes(*event->mimeData())) {
        event->acceptProposedAction();
    }
}

void DeployPanel::dropEvent(QDropEvent *event)
{
    event->acceptProposedAction();
    takeFile(firstFile(*event->mimeData()));
}

void DeployPanel::refresh()
{
    const auto configuration = models::text(m_draft.wanted().configuration_name());
    m_configuration->setText(configuration.isEmpty() ? tr("The package's own, if it has one")
                                                     : configuration);
    m_clear_configuration->setVisible(!configuration.isEmpty());
    refreshUpload();
    refreshConsents();
    const bool chosen = !m_draft.wanted().package_digest().empty();
    const auto error = !m_problem.isEmpty() ? m_problem
                       : m_upload.state() == PackageUpload::State::Failed
                           ? models::text(m_upload.error().message())
                           : models::text(m_draft.error().message());
    if (!error.isEmpty()) {
        m_banner->say(Condition::Failed, error);
    } else {
        m_banner->clear();
    }
    m_preview->setText(!chosen                ? tr("Choose a package to see what would happen.")
                       : m_draft.isChecking() ? tr("Asking the fabric…")
                                              : m_draft.preview().join(u'\n'));
    m_preview->setVisible(!m_preview->text().isEmpty());
    const auto &failed = m_upload.error().problems();
    const auto problems = m_upload.state() == PackageUpload::State::Failed
                              ? std::vector<v1::Problem>(failed.begin(), failed.end())
                              : m_draft.problems();
    m_problems->setProblems(problems);
    m_problems->setVisible(!problems.empty());
    m_deploy->setEnabled(chosen && m_draft.isReady() && !m_sending &&
                         m_upload.state() != PackageUpload::State::Running);
}

void DeployPanel::refreshUpload()
{
    using State = PackageUpload::State;
    const auto state = m_upload.state();
    const bool stopped = state == State::Cancelled || state == State::Failed;
    m_upload_row->setVisible(m_packing || state == State::Running || stopped);
    m_progress->setText(m_packing ? tr("Packing the folder") : m_upload.fileName(),
                        m_packing ? QString() : m_upload.words());
    m_progress->setProgress(m_packing ? -1 : m_upload.permille());
    m_progress->setCancellable(state == State::Running);
    m_resume->setVisible(stopped && !m_packing);
    m_choose->setEnabled(state != State::Running && !m_packing);
}

QString DeployPanel::consentWords(Consent consent, const v1::Error &error) const
{
    const auto fitting = [this](const QString &name) {
        return fontMetrics().elidedText(name, Qt::ElideMiddle, kNameWidthMax);
    };
    switch (consent) {
    case Consent::Replace:
        return tr("Replace “%1”").arg(fitting(m_models.slot(m_draft.wanted().slot()).label()));
    case Consent::SizeChange:
        return tr("Other roles or VM sizes than now are fine");
    case Consent::SingleInstance:
        return tr("A single instance of %1 is fine:\nit is down while it restarts")
            .arg(fitting(models::text(error.subject())));
    }
    return {};
}

void DeployPanel::refreshConsents()
{
    for (const auto &[consent, check] : m_consents) {
        const auto needed = m_draft.needed().find(consent);
        check->setVisible(needed != m_draft.needed().end());
        if (needed != m_draft.needed().end()) {
            check->setText(consentWords(consent, needed->second));
            check->setToolTip(plainTip(models::text(needed->second.message())));
        }
        const QSignalBlocker quiet(check);
        check->setChecked(m_draft.isGiven(consent));
    }
}

void DeployPanel::deploy()
{
    m_sending = true;
    m_problem.clear();
    refresh();
    m_context.session.execute(
        m_draft.command(), this, [this](const Result<v1::CommandReply> &reply) {
            m_sending = false;
            if (reply) {
                const Place place{PageId::Activity, models::text(reply->operation().id()), {}};
                m_context.navigator.notify(
                    Condition::OnItsWay,
                    tr("Deploying to %1 of %2")
                        .arg(models::slotWord(m_draft.wanted().slot()).toLower(), m_models.name),
                    &place);
                m_deployed = true;
                m_upload.reset();
                m_label->clear();
                closePanel();
            } else {
                m_problem = models::text(reply.error().message());
            }
            refresh();
        });
}

} // namespace slipway::views
