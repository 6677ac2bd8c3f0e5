#include "views/packages/packages_page.h"

#include "models/base/words.h"
#include "models/session/commands.h"
#include "models/session/session.h"
#include "views/packages/drop_hint.h"
#include "views/widgets/buttons.h"
#include "views/widgets/card.h"
#include "views/widgets/empty_state.h"
#include "views/widgets/navigator.h"
#include "views/widgets/problem_list.h"
#include "views/widgets/prompter.h"
#include "views/widgets/search_field.h"

#include <QAction>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QMenu>
#include <QMimeData>
#include <QStackedWidget>
#include <QVBoxLayout>

namespace slipway::views
{

using namespace Qt::StringLiterals;
using models::Condition;
using Column = models::PackageModel::Column;

namespace
{

constexpr int kDetailsWidth = 416;
constexpr int kDetailsWidthNarrow = 352;
constexpr int kNarrow = 1000; // a page of this width has no room for every column

} // namespace

PackagesPage::PackagesPage(PageContext &context) : m_context(context), m_model(context.store)
{
    setObjectName(u"packagesPage"_s);
    setAcceptDrops(true);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(space::kPageMargin, space::kPageMargin, space::kPageMargin,
                               space::kPageMargin);
    column->setSpacing(space::kCardGap);
    m_banner = new Banner(context.theme);
    m_banner->setObjectName(u"packagesBanner"_s);
    m_upload = new UploadCard(context);
    column->addWidget(makeHeader());
    column->addWidget(m_banner);
    column->addWidget(m_upload);
    column->addWidget(makeContents(), 1);
    m_drop_hint = new DropHint(context.theme, this);
    makeActions();
    connect(m_banner, &Banner::actionClicked, this, [this] { m_upload->start(m_packed); });
    connect(m_upload, &UploadCard::uploaded, this, [this](const QString &digest) {
        m_banner->clear();
        m_table->selectKey(digest);
    });
    connect(&context.store, &models::FabricStore::changed, this,
            [this](const models::StoreDelta &delta) {
                if (delta.snapshot || !delta.packages.empty() || !delta.deployments.empty()) {
                    updateContents();
                }
            });
    connect(&context.session, &models::Session::stateChanged, this, &PackagesPage::updateContents);
    updateContents();
}

QWidget *PackagesPage::makeHeader()
{
    auto *header = new QWidget;
    auto *row = new QHBoxLayout(header);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(new Label(m_context.theme, TextRole::PageTitle, title()));
    m_summary = Label::secondary(m_context.theme, TextRole::Body);
    m_summary->setObjectName(u"packagesSummary"_s);
    words->addWidget(m_summary);
    m_filter = new SearchField(m_context.theme, tr("Filter packages"));
    m_filter->setObjectName(u"packagesFilter"_s);
    m_filter->setHint(u"/"_s);
    m_filter->setFixedWidth(240);
    m_pack = makeButton(m_context.theme, ButtonKind::Normal, tr("Pack a folder…"), u"folder"_s);
    m_pack->setObjectName(u"packFolder"_s);
    m_pack->setToolTip(tr("Makes a .cspkg of a folder with ServiceDefinition.csdef and one folder "
                          "per role"));
    m_pack->setVisible(bool(m_context.pack_folder));
    auto *upload = makeButton(m_context.theme, ButtonKind::Primary, tr("Upload…"), u"upload"_s);
    upload->setObjectName(u"uploadPackage"_s);
    upload->setToolTip(tr("Upload a .cspkg or .zip; dropping a file on this page does the same"));
    row->addLayout(words, 1);
    row->addWidget(m_filter);
    row->addWidget(m_pack);
    row->addWidget(upload);
    connect(m_filter, &QLineEdit::textChanged, this,
            [this](const QString &text) { m_table->proxy().setFilterText(text); });
    connect(upload, &QPushButton::clicked, this, &PackagesPage::chooseFile);
    connect(static_cast<QPushButton *>(m_pack), &QPushButton::clicked, this,
            &PackagesPage::chooseFolder);
    return header;
}

QWidget *PackagesPage::makeContents()
{
    m_details = new PackageDetails(m_context);
    m_details->hide();
    auto *full = new QWidget;
    auto *row = new QHBoxLayout(full);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(space::kCardGap);
    row->addWidget(makeTable(), 1, Qt::AlignTop);
    row->addWidget(m_details);
    m_stack = new QStackedWidget;
    m_stack->addWidget(full);
    m_stack->addWidget(makeEmptyState());
    connect(m_details, &PackageDetails::closeClicked, this, [this] {
        m_table->clearSelection();
        m_table->setFocus();
    });
    connect(m_details, &PackageDetails::deleteClicked, this, &PackagesPage::askDelete);
    return m_stack;
}

QWidget *PackagesPage::makeTable()
{
    auto *card = new Card(m_context.theme);
    card->setBodyMargins(6);
    m_table = new DataTable(m_context.theme);
    m_table->setObjectName(u"packagesTable"_s);
    m_table->setAccessibleName(tr("Packages"));
    m_table->setSelectionMode(QAbstractItemView::SingleSelection);
    m_table->setEmptyText(tr("No package fits the filter"));
    m_table->show(m_model,
                  {{int(Column::Name), CellKind::Strong, 160, true},
                   {int(Column::Digest), CellKind::Mono, 92},
                   {int(Column::Size), CellKind::Number, 78},
                   {int(Column::Roles), CellKind::Text, 168},
                   {int(Column::Used), CellKind::Text, 168, false, false, Qt::ElideMiddle},
                   {int(Column::Uploaded), CellKind::Age, 88},
                   {int(Column::Actor), CellKind::Text, 72}},
                  [this] { return m_context.session.nowMs(); });
    card->body()->addWidget(m_table);
    m_table->setEndsWithRows();
    connect(m_table, &DataTable::selectedKeysChanged, this, &PackagesPage::showDetails);
    connect(m_table, &DataTable::keyActivated, this, &PackagesPage::showDetails);
    connect(m_table, &DataTable::menuRequested, this, &PackagesPage::openMenu);
    return card;
}

QWidget *PackagesPage::makeEmptyState()
{
    auto *empty = new EmptyState(
        m_context.theme, u"packages"_s, tr("No packages yet"),
        tr("A package holds a cloud service's definition and the programs of its roles. Upload a "
           ".cspkg or .zip, or drop one here."));
    empty->setObjectName(u"packagesEmpty"_s);
    auto *upload = empty->addAction(tr("Upload a package…"), u"upload"_s);
    upload->setObjectName(u"emptyUpload"_s);
    connect(upload, &QPushButton::clicked, this, &PackagesPage::chooseFile);
    if (m_context.pack_folder) {
        auto *pack = empty->addAction(tr("Pack a folder…"), u"folder"_s);
        pack->setObjectName(u"emptyPack"_s);
        connect(pack, &QPushButton::clicked, this, &PackagesPage::chooseFolder);
    }
    return empty;
}

void PackagesPage::makeActions()
{
    const auto add = [this](const QString &text, auto act) {
        auto *action = new QAction(text, this);
        connect(action, &QAction::triggered, this, act);
        m_actions << action;
    };
    add(tr("Upload a package…"), [this] { chooseFile(); });
    if (m_context.pack_folder) {
        add(tr("Pack a folder…"), [this] { chooseFolder(); });
    }
}

void PackagesPage::goTo(const Place &place)
{
    Page::goTo(place);
    if (!place.subject.isEmpty()) {
        m_filter->clear();
        m_table->selectKey(place.subject);
    }
    m_table->setFocus();
}

bool PackagesPage::focusFilter()
{
    if (m_filter->isHidden()) {
        return false;
    }
    m_filter->setFocus(Qt::ShortcutFocusReason);
    return true;
}

void PackagesPage::updateContents()
{
    std::uint64_t bytes = 0;
    for (const auto &[digest, package] : m_context.store.packages()) {
        bytes += package->size_bytes();
    }
    const auto count = m_context.store.packages().size();
    const bool known = m_context.store.revision() > 0;
    m_filter->setVisible(count > 0);
    m_summary->setText(!known       ? tr("Waiting for the fabric")
                       : count == 0 ? tr("Nothing is stored")
                                    : tr("%1, %2 in all")
                                          .arg(models::plural(count, "package", "packages"),
                                               models::bytesWords(bytes)));
    m_stack->setCurrentIndex(known && count == 0 ? 1 : 0);
    if (!known) {
        m_table->setEmptyText(tr("Packages appear as soon as the fabric answers"));
    } else {
        m_table->setEmptyText(tr("No package fits the filter"));
    }
    showDetails();
}

void PackagesPage::showDetails()
{
    const auto keys = m_table->selectedKeys();
    const auto *row = keys.isEmpty() ? nullptr : m_model.find(models::utf8(keys.first()));
    m_details->setVisible(row != nullptr);
    fitParts();
    if (row == nullptr) {
        return;
    }
    m_details->showPackage(*row);
    const Place there{PageId::Packages, keys.first(), {}};
    if (!(m_place == there)) {
        m_place = there;
        Q_EMIT placeChanged(there);
    }
}

void PackagesPage::resizeEvent(QResizeEvent *event)
{
    Page::resizeEvent(event);
    fitParts();
}

void PackagesPage::fitParts()
{
    const bool narrow = width() < kNarrow;
    const bool beside = !m_details->isHidden();
    m_details->setFixedWidth(narrow ? kDetailsWidthNarrow : kDetailsWidth);
    m_table->setColumnHidden(int(Column::Roles), beside);
    m_table->setColumnHidden(int(Column::Actor), beside || narrow);
    m_table->setColumnHidden(int(Column::Digest), beside && narrow);
    m_table->setColumnHidden(int(Column::Used), beside && narrow);
}

void PackagesPage::chooseFile()
{
    m_context.prompter.openFile(tr("Upload a package"),
                                tr("Packages (*.cspkg *.zip);;All files (*)"), this,
                                [this](const QString &file) { m_upload->start(file); });
}

void PackagesPage::chooseFolder()
{
    m_context.prompter.openFolder(tr("Choose the folder to pack"), this, [this](QString folder) {
        if (folder.isEmpty()) {
            return;
        }
        const QString suggested = QFileInfo(folder).fileName() + u".cspkg"_s;
        m_context.prompter.saveFile(tr("Save the package as"), suggested, tr("Packages (*.cspkg)"),
                                    this, [this, folder](const QString &output) {
                                        if (!output.isEmpty()) {
                                            pack(folder, output);
                                        }
                                    });
    });
}

void PackagesPage::pack(const QString &folder, const QString &output)
{
    m_pack->setEnabled(false);
    m_banner->say(Condition::OnItsWay, tr("Packing %1 …").arg(folder));
    m_context.pack_folder(folder, output, this,
                          [this, output](const Result<void> &result) { onPacked(output, result); });
}

void PackagesPage::onPacked(const QString &output, const Result<void> &result)
{
    m_pack->setEnabled(true);
    if (result) {
        m_packed = output;
        m_banner->say(Condition::Ready, tr("Packed to %1").arg(output), tr("Upload it"));
        return;
    }
    QStringList lines{
        tr("The folder could not be packed: %1").arg(models::text(result.error().message()))};
    for (const auto &problem : result.error().problems()) {
        lines << problemWords(problem);
    }
    m_banner->say(Condition::Failed, lines.join(u'\n'));
}

QString PackagesPage::nameOf(const QString &digest) const
{
    const auto package = m_context.store.package(models::utf8(digest));
    return package == nullptr ? digest : models::text(package->file_name());
}

void PackagesPage::askDelete(const QString &digest)
{
    const auto *row = m_model.find(models::utf8(digest));
    if (row == nullptr) {
        return;
    }
    if (row->used > 0) {
        m_banner->say(Condition::Attention, tr("%1 is used by %2. Delete these deployments first.")
                                                .arg(nameOf(digest), row->users));
        return;
    }
    Question question;
    question.title = tr("Delete %1?").arg(nameOf(digest));
    question.text = tr("No deployment uses it. To deploy it again it has to be uploaded again.");
    question.accept = tr("Delete");
    question.dangerous = true;
    m_context.prompter.ask(question, this, [this, digest](const Answer &answer) {
        if (answer.accepted()) {
            remove(digest);
        }
    });
}

void PackagesPage::remove(const QString &digest)
{
    m_banner->clear();
    const auto name = nameOf(digest);
    m_context.session.execute(
        models::commands::deletePackage(models::utf8(digest)), this,
        [this, name](const Result<v1::CommandReply> &reply) {
            if (!reply) {
                m_banner->say(
                    Condition::Failed,
                    tr("%1 was not deleted: %2").arg(name, models::text(reply.error().message())));
            }
        });
}

void PackagesPage::openMenu(const QString &digest, const QPoint &position)
{
    auto *menu = new QMenu(this);
    menu->setObjectName(u"packageMenu"_s);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    auto *copy = menu->addAction(m_context.theme.icon(u"copy"_s), tr("Copy digest"), this,
                                 [digest] { copyText(digest); });
    copy->setObjectName(u"menuCopyDigest"_s);
    menu->addSeparator();
    auto *remove = menu->addAction(m_context.theme.icon(u"trash"_s), tr("Delete…"), this,
                                   [this, digest] { askDelete(digest); });
    remove->setObjectName(u"menuDeletePackage"_s);
    menu->popup(position);
}

void PackagesPage::dragEnterEvent(QDragEnterEvent *event)
{
    if (!droppedFile(event->mimeData()).isEmpty()) {
        event->acceptProposedAction();
        m_drop_hint->show();
        m_drop_hint->raise();
    }
}

void PackagesPage::dragLeaveEvent(QDragLeaveEvent *)
{
    m_drop_hint->hide();
}

void PackagesPage::dropEvent(QDropEvent *event)
{
    m_drop_hint->hide();
    event->acceptProposedAction();
    m_upload->start(droppedFile(event->mimeData()));
}

} // namespace slipway::views
