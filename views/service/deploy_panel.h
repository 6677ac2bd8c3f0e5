// Deploying: which slot, which package (uploaded before, chosen, or dropped here), what the fabric
// thinks of it, what has to be agreed to. The page behind it stays usable.
#pragma once

#include "views/service/deploy_draft.h"
#include "views/service/package_upload.h"
#include "views/service/service_models.h"
#include "views/widgets/slide_panel.h"

#include <QTemporaryDir>
#include <map>

class QCheckBox;
class QComboBox;
class QLineEdit;
class QPushButton;

namespace slipway::views
{

class Banner;
class ProblemList;
class ProgressStrip;
class SegmentedControl;

class DeployPanel : public SlidePanel
{
    Q_OBJECT

public:
    DeployPanel(PageContext &context, ServiceModels &models, QWidget *parent);
    void openFor(v1::SlotKind slot);
    void takeFile(const QString &path); // a package, a zip, a folder or a .cscfg
    static bool takes(const QMimeData &data);

protected:
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dropEvent(QDropEvent *event) override;

private:
    void buildBody();
    QLayout *makePackageRow();
    QWidget *makeUpload();
    QLayout *makeConfigurationRow();
    QWidget *makeConsents();
    void buildFooter();
    void connectParts();
    void addField(const QString &name, QLayout *field);
    void addField(const QString &name, QWidget *field);
    void chooseFile();
    void chooseConfiguration();
    void readConfiguration(const QString &path);
    void packFolder(const QString &folder);
    void fillPackages();
    void refresh();
    void refreshUpload();
    void refreshConsents();
    QString consentWords(Consent consent, const v1::Error &error) const;
    void deploy();

    PageContext &m_context;
    ServiceModels &m_models;
    DeployDraft m_draft;
    PackageUpload m_upload;
    QTemporaryDir m_packed; // packages made of dropped folders
    bool m_packing = false;
    bool m_sending = false;
    bool m_found_beside = false; // the configuration lay beside the package's file
    bool m_deployed = false;     // the next deployment begins with a configuration of its own
    QString m_problem;           // of choosing or sending

    SegmentedControl *m_slot = nullptr;
    QComboBox *m_package = nullptr;
    QPushButton *m_choose = nullptr;
    QWidget *m_upload_row = nullptr;
    ProgressStrip *m_progress = nullptr;
    QPushButton *m_resume = nullptr;
    QLineEdit *m_label = nullptr;
    Label *m_configuration = nullptr;
    QPushButton *m_choose_configuration = nullptr;
    QPushButton *m_clear_configuration = nullptr;
    QCheckBox *m_start = nullptr;
    std::map<Consent, QCheckBox *> m_consents;
    Banner *m_banner = nullptr;
    Label *m_preview = nullptr;
    ProblemList *m_problems = nullptr;
    QPushButton *m_deploy = nullptr;
};

} // namespace slipway::views
